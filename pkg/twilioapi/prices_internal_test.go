package twilioapi

import (
	"math/big"
	"testing"
)

// What the Pricing API may answer, and what it means for a caller of +14155550100.
func TestReadPrice(t *testing.T) {
	const outbound = `"outbound_call_prices":[{"base_price":"0.0200","current_price":"0.0130","origination_prefixes":["ALL"]}]`
	for _, tc := range []struct {
		what, body        string
		outbound, inbound string // "": none
		err               error
	}{
		{"a plain price, and a number that is not the account's",
			`{"price_unit":"USD",` + outbound + `,"inbound_call_price":{"base_price":null,"current_price":null,"number_type":null}}`, "0.0130", "", nil},
		{"no word of an inbound price", `{"price_unit":"USD",` + outbound + `}`, "0.0130", "", nil},
		{"an inbound price that is null", `{"price_unit":"USD",` + outbound + `,"inbound_call_price":null}`, "0.0130", "", nil},
		{"a number of the account", `{"price_unit":"USD",` + outbound + `,"inbound_call_price":{"current_price":"0.0085","number_type":"local"}}`, "0.0130", "0.0085", nil},
		{"the longest prefix that fits", `{"price_unit":"USD","outbound_call_prices":[
			{"current_price":"1","origination_prefixes":["ALL"]},{"current_price":"2","origination_prefixes":["44","1"]},
			{"current_price":"3","origination_prefixes":["1416","1415"]},{"current_price":"4","origination_prefixes":["14"]}]}`, "3", "", nil},
		{"a prefix with its plus", `{"price_unit":"USD","outbound_call_prices":[{"current_price":"2","origination_prefixes":["+1415"]}]}`, "2", "", nil},
		{"none that fits: ALL", `{"price_unit":"USD","outbound_call_prices":[
			{"current_price":"2","origination_prefixes":["44"]},{"current_price":"1","origination_prefixes":["ALL"]}]}`, "1", "", nil},
		{"none that fits, and no ALL", `{"price_unit":"USD","outbound_call_prices":[{"current_price":"2","origination_prefixes":["44"]}]}`, "", "", errNoPrice},
		{"the one that fits best is null", `{"price_unit":"USD","outbound_call_prices":[
			{"current_price":null,"origination_prefixes":["1"]},{"current_price":"1","origination_prefixes":["ALL"]}]}`, "", "", errNoPrice},
		{"the higher of two alike", `{"price_unit":"USD","outbound_call_prices":[
			{"current_price":"2","origination_prefixes":["ALL"]},{"current_price":"3","origination_prefixes":["ALL"]},
			{"current_price":"1","origination_prefixes":["ALL"]}]}`, "3", "", nil},
		{"one of two alike is null: the price is not known", `{"price_unit":"USD","outbound_call_prices":[
			{"current_price":"2","origination_prefixes":["ALL"]},{"current_price":null,"origination_prefixes":["ALL"]},
			{"current_price":"1","origination_prefixes":["ALL"]}]}`, "", "", errNoPrice},
		{"a number of the account whose price is null",
			`{"price_unit":"USD",` + outbound + `,"inbound_call_price":{"base_price":"0.0085","current_price":null,"number_type":"local"}}`, "", "", errNoPrice},
		{"a number of the account whose price is not exact",
			`{"price_unit":"USD",` + outbound + `,"inbound_call_price":{"current_price":8.5e-3}}`, "", "", errNoPrice},
		{"a price of nothing is a price", `{"price_unit":"USD","outbound_call_prices":[{"current_price":"0","origination_prefixes":["ALL"]}]}`, "0", "", nil},
		{"a price that is a number", `{"price_unit":"USD","outbound_call_prices":[{"current_price":0.1,"origination_prefixes":["ALL"]}]}`, "0.1", "", nil},
		{"one that is not exact is none", `{"price_unit":"USD","outbound_call_prices":[{"current_price":1e-2,"origination_prefixes":["ALL"]}]}`, "", "", errNoPrice},
		{"a negative one is none", `{"price_unit":"USD","outbound_call_prices":[{"current_price":"-1","origination_prefixes":["ALL"]}]}`, "", "", errNoPrice},
		{"prices that are null", `{"price_unit":"USD","outbound_call_prices":null}`, "", "", errNoPrice},
		{"no currency", `{"price_unit":null,` + outbound + `}`, "", "", errNoPrice},
		{"a page of a proxy", `<html>`, "", "", errNotAPrice},
		{"nothing", ``, "", "", errNotAPrice},
	} {
		got, err := readPrice([]byte(tc.body), "+14155550100")
		if err != tc.err {
			t.Errorf("%s: error %v, want %v", tc.what, err, tc.err)
		}
		if !same(got.Outbound, tc.outbound) || !same(got.Inbound, tc.inbound) {
			t.Errorf("%s: outbound %v, inbound %v; want %q and %q", tc.what, got.Outbound, got.Inbound, tc.outbound, tc.inbound)
		}
	}
}

func same(got *big.Rat, want string) bool {
	if got == nil || want == "" {
		return got == nil && want == ""
	}
	amount, _ := new(big.Rat).SetString(want)
	return got.Cmp(amount) == 0
}

// Whatever comes is a price or an error, never both, and never less than 0.
func FuzzReadPrice(f *testing.F) {
	f.Add([]byte(`{"price_unit":"USD","outbound_call_prices":[{"current_price":"0.0130","origination_prefixes":["ALL"]}],"inbound_call_price":{"current_price":"1"}}`), "+14155550100")
	f.Add([]byte(`{"price_unit":"USD","outbound_call_prices":[{"current_price":1e999999999,"origination_prefixes":["1"]}]}`), "+1")
	f.Fuzz(func(t *testing.T, body []byte, from string) {
		price, err := readPrice(body, from)
		if (err == nil) != (price.Outbound != nil && price.Currency != "") {
			t.Fatalf("%+v and %v", price, err)
		}
		if err == nil && price.Outbound.Sign() < 0 || price.Inbound != nil && price.Inbound.Sign() < 0 {
			t.Fatalf("%+v is less than nothing", price)
		}
	})
}

package twiliosim

import (
	"slices"
	"strconv"
	"strings"
)

// Price is what a minute of calls costs, as the Pricing API tells it. Amounts are decimals, as "0.0140"; an empty one is
// null in the answer: no price.
type Price struct {
	To       string // how the destination begins, as "+44"; empty fits all
	From     string // how the caller begins; empty: ALL
	Outbound string // a minute of the call itself
	Inbound  string // a minute of its second leg, if the destination is one of the account's Numbers
	Unit     string // ISO 4217; empty: USD
}

// priced answers a request of the Pricing API. Twilio: Pricing API, voice numbers, v2.
func (a *Account) priced(q *request) reply {
	table := a.cfg.Prices
	if table == nil {
		table = []Price{{Outbound: a.perMinute(), Inbound: a.perMinute()}}
	}
	longest := -1 // the destinations that fit best
	for _, p := range table {
		if strings.HasPrefix(q.number, p.To) {
			longest = max(longest, len(p.To))
		}
	}
	table = slices.DeleteFunc(slices.Clone(table), func(p Price) bool {
		return len(p.To) != longest || !strings.HasPrefix(q.number, p.To)
	})
	unit, inbound := "USD", ""
	if len(table) > 0 && table[0].Unit != "" {
		unit = table[0].Unit
	}
	if len(table) > 0 && a.owned[q.number] {
		inbound = table[0].Inbound
	}

	o := object{b: []byte{'{'}}
	o.text("destination_number", q.number)
	o.textOrNull("origination_number", q.form.Get("OriginationNumber"))
	o.null("country")
	o.null("iso_country")
	o.text("price_unit", unit)
	o.name("outbound_call_prices")
	o.b = append(o.b, '[')
	for i, p := range table {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = append(o.b, '{')
		o.textOrNull("base_price", p.Outbound)
		o.textOrNull("current_price", p.Outbound)
		o.name("origination_prefixes")
		from := strings.TrimPrefix(p.From, "+")
		if from == "" {
			from = "ALL"
		}
		o.b = append(appendString(append(o.b, '['), from), ']', '}')
	}
	o.b = append(o.b, ']')
	o.name("inbound_call_price")
	o.b = append(o.b, '{')
	o.textOrNull("base_price", inbound)
	o.textOrNull("current_price", inbound)
	o.null("number_type")
	o.b = append(o.b, '}')
	o.text("url", "https://pricing.twilio.com"+pricesPath+q.number)
	return reply{status: 200, kind: jsonType, body: append(o.b, '}')}
}

// perMinute is what calls are charged, as a decimal; empty if that is nothing.
func (a *Account) perMinute() string {
	if a.cfg.PricePerMinute == 0 {
		return ""
	}
	return strconv.FormatFloat(a.cfg.PricePerMinute, 'f', -1, 64)
}

package twilioapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	twilio "github.com/twilio/twilio-go/client"
)

// pricesAtOnce is how many prices are asked for at the same time.
const pricesAtOnce = 50

// Parties are who calls whom.
type Parties struct{ From, To string }

// A Quote is what the Pricing API tells of a call between two parties: either a
// price or why there is none.
type Quote struct {
	Parties
	Price
	Err error
}

// A Price is what a started minute of a call costs. The amounts are the account's
// own, exactly as Twilio tells them.
type Price struct {
	Outbound *big.Rat
	Inbound  *big.Rat // of the second leg, to a number of the account; nil if it is not
	Currency string   // ISO 4217
}

// Prices asks the Pricing API what calls between these parties cost, 50 at once,
// each again and again while Twilio cannot answer, for as long as it may take in
// all. It returns a quote for each, in their order. Its connections are its own
// (the Pricing API is another host), and closed at the end.
func (c *Client) Prices(ctx context.Context, of []Parties, within time.Duration) []Quote {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("the %v for asking are over", within))
	defer cancel()
	quotes := make([]Quote, len(of))
	next := make(chan int)
	var asking sync.WaitGroup
	for range min(pricesAtOnce, len(of)) {
		asking.Go(func() {
			conn := newConnection(c.pool.template)
			defer conn.transport.CloseIdleConnections()
			for i := range next {
				price, err := c.price(ctx, conn, of[i])
				quotes[i] = Quote{of[i], price, err}
			}
		})
	}
	for i := range of {
		next <- i
	}
	close(next)
	asking.Wait()
	return quotes
}

// price asks for one price over a connection.
func (c *Client) price(ctx context.Context, conn *connection, of Parties) (Price, error) {
	if !strings.HasPrefix(of.To, "+") {
		return Price{}, errNotANumber
	}
	var price Price
	err := Retry(ctx, func() error {
		r := c.through(ctx, conn, nil, func(h *twilio.RequestHandler) error {
			address := "https://pricing.twilio.com/v2/Voice/Numbers/" + url.PathEscape(of.To)
			res, err := h.Get(address, url.Values{"OriginationNumber": {of.From}}, map[string]any{}, "")
			if err == nil {
				_ = res.Body.Close()
			}
			return err
		})
		if err := r.failure(); err != nil {
			return err
		}
		var err error
		price, err = readPrice(r.body, of.From)
		return err
	})
	return price, err
}

var (
	errNotANumber = errors.New("only phone numbers have prices")
	errNoPrice    = errors.New("there is no price for it")
	errNotAPrice  = errors.New("the answer is not a price")
)

// readPrice reads what the Pricing API answers about a destination (Twilio:
// Pricing API, voice numbers, v2), for one caller: the price of the longest
// origination prefix that fits, else that of ALL; the highest, if there are
// several. What is null, missing or not readable is no price, never 0; so is an
// inbound price of which not all is null, if its amount is.
func readPrice(body []byte, from string) (Price, error) {
	var answer struct {
		PriceUnit string `json:"price_unit"`
		Outbound  []struct {
			Price    json.RawMessage `json:"current_price"`
			Prefixes []string        `json:"origination_prefixes"`
		} `json:"outbound_call_prices"`
		Inbound map[string]json.RawMessage `json:"inbound_call_price"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return Price{}, errNotAPrice
	}
	price := Price{Currency: printable(answer.PriceUnit)}
	longest := -1
	for _, p := range answer.Outbound {
		for _, prefix := range p.Prefixes {
			length, amount := fits(prefix, from), decimal(p.Price)
			switch {
			case length < 0 || length < longest:
			case length > longest:
				longest, price.Outbound = length, amount
			case price.Outbound != nil && (amount == nil || amount.Cmp(price.Outbound) > 0):
				price.Outbound = amount
			}
		}
	}
	if price.Outbound == nil || price.Currency == "" {
		return Price{}, errNoPrice
	}
	for _, field := range answer.Inbound {
		if string(field) != "null" { // so it is a number of this account
			if price.Inbound = decimal(answer.Inbound["current_price"]); price.Inbound == nil {
				return Price{}, errNoPrice
			}
			break
		}
	}
	return price, nil
}

// fits returns how much of a caller's number an origination prefix covers: 0 for
// ALL, and -1 if it does not fit.
func fits(prefix, from string) int {
	digits := strings.TrimPrefix(prefix, "+")
	switch {
	case prefix == "ALL":
		return 0
	case digits != "" && strings.HasPrefix(strings.TrimPrefix(from, "+"), digits):
		return len(digits)
	}
	return -1
}

var decimalForm = regexp.MustCompile(`^"?([0-9]{1,12}(?:\.[0-9]{1,12})?)"?$`)

// decimal reads an amount, as text or number; nil if there is none.
func decimal(raw json.RawMessage) *big.Rat {
	m := decimalForm.FindSubmatch(raw)
	if m == nil {
		return nil
	}
	amount, _ := new(big.Rat).SetString(string(m[1]))
	return amount
}

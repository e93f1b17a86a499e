package dialog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Player plays Twilio and persons by the rules of a run. It is safe for
// concurrent use, and remembers nothing of it but where links lead.
type Player struct {
	rules    Rules
	route    webhook.Route
	hosts    map[string]bool
	persons  []*Person
	signed   string // the URL of the first request, as Twilio has it
	host     string // of signed
	first    pending
	status   *link // nil: none
	fallback *link // likewise
	links    links

	elsewhere elsewhere
}

// New returns a Player, or an error that names everything wrong with the rules
// or with what persons do under them.
func New(rules Rules, persons []*Person) (*Player, error) {
	if err := rules.check(); err != nil {
		return nil, err
	}
	rules = rules.withDefaults()
	if len(persons) == 0 {
		return nil, errors.New("there is no row")
	}
	for i, person := range persons {
		if err := rules.Check(person); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	p := &Player{
		rules:  rules,
		route:  webhook.NewRoute(rules.Envelope),
		hosts:  rules.hosts(),
		signed: withoutFragment(rules.Envelope.Signed()),
	}
	signed := parseChecked(p.signed)
	p.host = signed.Host
	p.first = p.link(signed).pending(rules.Envelope.Get, First, nil)
	p.first.send = rules.Envelope.URL
	if u := parseChecked(rules.StatusURI); u != nil {
		p.status = p.link(u)
	}
	if u := parseChecked(rules.FallbackURI); u != nil {
		p.fallback = p.link(u)
	}
	p.first.message = true
	for _, person := range persons {
		p.persons = append(p.persons, person.prepared(rules.Envelope))
	}
	return p, nil
}

// Begin returns conversation k of a run, counted from 0: that of person k modulo
// their number. Its first request is due. start is when it begins, on the clock
// that callbacks tell. seed
// decides the SIDs: two conversations must not have the same.
func (p *Player) Begin(k int, start time.Time, seed [2]uint64) *Conversation {
	c := &Conversation{
		player: p,
		person: p.persons[k%len(p.persons)],
		start:  start,
		random: *rand.NewPCG(seed[0], seed[1]),

		requests: 1,
		next:     p.first,
	}
	c.sid = c.newDigits()
	switch given, isCall := c.person.fields.Get("CallSid"); {
	case isCall && given != freshCallSID:
		c.sid = given
	case isCall:
		c.sid = freshCallSID + c.sid
	case !c.person.hasFrom:
		c.from = numberOf(k)
	}
	return c
}

// May reports whether a URL may be asked: only the hosts that the rules name
// are. It serves whoever follows the HTTP redirects of answers. [Player.ElsewhereHosts]
// tells of the others.
func (p *Player) May(u *url.URL) bool {
	may := p.hosts[strings.ToLower(u.Hostname())] || p.hosts[strings.ToLower(u.Host)]
	if !may {
		p.elsewhere.note(u.Host)
	}
	return may
}

// send returns where the request of a URL goes. That of the webhook itself may
// have another path behind a tunnel.
func (p *Player) send(signed *url.URL) string {
	if signed.String() == p.signed {
		return p.rules.Envelope.URL
	}
	return p.route.To(signed).String()
}

// parseChecked parses a URL that has been checked; of none it makes nil. The
// connection overrides in the fragment are no part of what is asked.
// Twilio: webhooks connection overrides.
func parseChecked(raw string) *url.URL {
	if raw == "" {
		return nil
	}
	return webhook.MustParseURL(withoutFragment(raw))
}

func withoutFragment(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return url
}

// numberOf returns the phone number of a chat's person who gives none: another
// one for each k below 6.8 million. The first 69,300 are reserved for fiction;
// the rest are lines of the exchange 555, which nobody has.
// North American Numbering Plan: 555-0100 to 555-0199 are for fiction in each
// area code; 555-1212 is directory assistance.
func numberOf(k int) string {
	const first, lines = 100, 9900
	line := first + k/len(areaCodes)%(lines-1)
	if line >= 1212 {
		line++
	}
	return fmt.Sprintf("+1%03d555%04d", areaCodes[k%len(areaCodes)], line)
}

// areaCodes are those that may stand for a place: not services, such as 911,
// and not those of which some are toll-free.
var areaCodes = func() (codes []int) {
	for code := 200; code < 1000; code++ {
		if code%100 != 11 && code/100 != 8 {
			codes = append(codes, code)
		}
	}
	return codes
}()

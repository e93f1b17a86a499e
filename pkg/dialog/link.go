package dialog

import (
	"net/url"
	"sync"

	"call-load-tester/pkg/webhook"
)

// A link is a URL that may be asked, in all the forms that a request needs.
type link struct {
	url  string // as Twilio has it
	send string // where it goes
	path string // of the step, with the host if it is not the webhook's
	may  bool   // its host may be asked
}

// link returns the link of a URL as Twilio has it.
func (p *Player) link(signed *url.URL) *link {
	return &link{url: signed.String(), send: p.send(signed), path: p.stepPath(signed), may: p.May(signed)}
}

// A reference is how a document names a URL, and where the document is from.
type reference struct{ base, text string }

// links remembers where references lead: an application names the same few
// again and again. It is safe for concurrent use.
type links struct {
	mu    sync.RWMutex
	known map[reference]*link // nil where Twilio would call the URL malformed
}

// maxLinks bounds what is remembered. Then all is forgotten.
const maxLinks = 1000

// resolve returns where a reference leads; nil where Twilio would call its URL
// malformed. Twilio: error dictionary 11100.
func (p *Player) resolve(r reference) *link {
	p.links.mu.RLock()
	l, known := p.links.known[r]
	p.links.mu.RUnlock()
	if known {
		return l
	}
	if signed, err := parseChecked(r.base).Parse(r.text); err == nil {
		signed.Fragment, signed.RawFragment = "", ""
		if webhook.CheckLocation(signed.String()) == nil {
			l = p.link(signed)
		}
	}
	p.links.mu.Lock()
	defer p.links.mu.Unlock()
	if len(p.links.known) >= maxLinks || p.links.known == nil {
		p.links.known = make(map[reference]*link)
	}
	p.links.known[r] = l
	return l
}

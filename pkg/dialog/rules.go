package dialog

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// Defaults of the Rules.
const (
	DefaultThink       = 2 * time.Second
	DefaultSpeech      = 14
	DefaultPlay        = 10 * time.Second
	DefaultMaxRequests = 50
)

// Rules are what all conversations of a run have in common. A zero value stands
// for the default.
type Rules struct {
	Envelope    webhook.Envelope // of the first request; its kind is call or chat
	StatusURI   string           // calls: the number's status callback; empty: none
	FallbackURI string           // asked when the webhook gave no usable answer; empty: none

	Think       time.Duration // from the end of the prompt, or in a chat from the answer, to what the person does
	Speech      int           // calls: characters a second that <Say> speaks, and the caller
	Play        time.Duration // calls: how long a <Play> is
	MaxRequests int           // first and follow-up requests of a conversation
	Hosts       []string      // further hosts that may be asked, with a port only if just that one may be
}

// check returns all that is wrong.
func (r Rules) check() error {
	var problems []error
	problem := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	url := func(name, url string, check func(string) error) {
		if url == "" {
			return
		}
		if err := check(url); err != nil {
			problem("%s: %w", name, err)
		}
	}
	kind := r.Envelope.Kind
	if !kind.IsConversation() {
		problem("kind %v has no conversations: it must be %v or %v", kind, webhook.Call, webhook.Chat)
	}
	if r.Envelope.URL == "" {
		problem("URI: there is none")
	}
	url("URI", r.Envelope.URL, webhook.CheckURL)
	url("SignURL", r.Envelope.SignURL, webhook.CheckLocation)
	url("StatusURI", r.StatusURI, webhook.CheckURL)
	url("FallbackURI", r.FallbackURI, webhook.CheckURL)
	if kind == webhook.Chat {
		if r.StatusURI != "" {
			problem("StatusURI: only a number's calls have a status callback; kind %v has the statusCallback of its replies", kind)
		}
		if r.Speech != 0 || r.Play != 0 {
			problem("Speech and Play are for kind %v", webhook.Call)
		}
	}
	if r.Think < 0 || r.Play < 0 {
		problem("Think %v, Play %v: they must not be negative", r.Think, r.Play)
	}
	if r.Speech < 0 {
		problem("Speech: %d characters a second: it must be at least 1", r.Speech)
	}
	if r.MaxRequests < 0 {
		problem("MaxRequests: %d: it must be at least 1", r.MaxRequests)
	}
	for _, host := range r.Hosts {
		if host == "" || strings.ContainsAny(host, "/@ ") {
			problem("Hosts: %q is not the name of a host, such as api.example.com", host)
		}
	}
	return errors.Join(problems...)
}

// Check returns an error if a person does more than the rules allow: sends more
// messages than a chat may have.
func (r Rules) Check(p *Person) error {
	n, most := len(p.turns)+1, r.withDefaults().MaxRequests
	if r.Envelope.Kind == webhook.Chat && n > most {
		return fmt.Errorf("%d messages are more than MaxRequests allows, %d", n, most)
	}
	return nil
}

func (r Rules) withDefaults() Rules {
	if r.Think == 0 {
		r.Think = DefaultThink
	}
	if r.Speech == 0 {
		r.Speech = DefaultSpeech
	}
	if r.Play == 0 {
		r.Play = DefaultPlay
	}
	if r.MaxRequests == 0 {
		r.MaxRequests = DefaultMaxRequests
	}
	return r
}

// MayAsk returns the hosts that may be asked, in order, if the first requests
// are those of an envelope.
func (r Rules) MayAsk(e webhook.Envelope) []string {
	r.Envelope = e
	return slices.Sorted(maps.Keys(r.hosts()))
}

// hosts returns the hosts that may be asked.
func (r Rules) hosts() map[string]bool {
	hosts := make(map[string]bool)
	for _, host := range r.Hosts {
		hosts[strings.ToLower(host)] = true
	}
	for _, raw := range []string{r.Envelope.URL, r.Envelope.SignURL, r.StatusURI, r.FallbackURI} {
		if u, err := url.Parse(raw); err == nil && u.Host != "" {
			hosts[strings.ToLower(u.Hostname())] = true
		}
	}
	return hosts
}

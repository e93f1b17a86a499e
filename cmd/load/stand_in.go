package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

// A standIn is a webhook application inside the process that stands in for the
// endpoint in a dry run: it checks each signature with Twilio's own validator
// and answers TwiML. It listens on loopback, on a port of its own.
type standIn struct {
	listener  net.Listener
	server    *http.Server
	validator client.RequestValidator
	envelope  webhook.Envelope
}

func openStandIn(token string, e webhook.Envelope) (*standIn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &standIn{
		listener:  listener,
		validator: client.NewRequestValidator(token),
		envelope:  e,
	}
	s.server = &http.Server{Handler: s}
	go func() { _ = s.server.Serve(listener) }() // until close
	return s, nil
}

func (s *standIn) close() { _ = s.server.Close() }

// connect opens a connection to it, whatever the address.
func (s *standIn) connect(ctx context.Context, _ string) (net.Conn, error) {
	addr := s.listener.Addr()
	return new(net.Dialer).DialContext(ctx, addr.Network(), addr.String())
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		s.serveAgent(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if !s.isSigned(r, body) {
		http.Error(w, "wrong signature", http.StatusForbidden)
		return
	}
	fields := string(body)
	if r.Method == http.MethodGet {
		fields = r.URL.RawQuery
	}
	form, err := url.ParseQuery(fields)
	if err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	answer := s.twiml(w, r, form)
	if answer == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+answer)
}

// isSigned reports whether a request is signed for a URL that Twilio may have
// for where it came to.
func (s *standIn) isSigned(r *http.Request, body []byte) bool {
	for _, signed := range s.signed(r) {
		if s.validator.ValidateBody(webhook.SigningURL(s.envelope.Kind, signed), body, r.Header.Get("X-Twilio-Signature")) {
			return true
		}
	}
	return false
}

// signed returns the URLs that a request may be signed for. What comes to the
// endpoint's host is signed for that of SignURL; the webhook's own path may
// differ there. That of a GET ends with the fields, which the request has behind
// the URL's own query.
func (s *standIn) signed(r *http.Request) []string {
	target := r.URL.RequestURI()
	webhookURL, configured := webhook.MustParseURL(s.envelope.URL), webhook.MustParseURL(s.envelope.Signed())
	if r.Host != webhookURL.Host {
		return []string{"http://" + r.Host + target, "https://" + r.Host + target}
	}
	all := []string{configured.Scheme + "://" + configured.Host + target}
	if r.URL.Path == webhookURL.Path || r.URL.Path == "/" && webhookURL.Path == "" {
		signed, _, _ := strings.Cut(s.envelope.Signed(), "#")
		fields := strings.TrimPrefix(strings.TrimPrefix(r.URL.RawQuery, webhookURL.RawQuery), "&")
		switch {
		case r.Method != http.MethodGet || fields == "":
		case strings.Contains(signed, "?"):
			signed += "&" + fields
		default:
			signed += "?" + fields
		}
		all = append(all, signed)
	}
	return all
}

// twiml returns what a request with these fields is answered; nothing where there
// is nothing to say.
func (s *standIn) twiml(w http.ResponseWriter, r *http.Request, form url.Values) string {
	switch kind := s.envelope.Kind; {
	case kind == webhook.Call && isVoiceAgent(r.URL.Path):
		return connectAgent(r.URL.Path, webhook.MustParseURL(s.envelope.Signed()).Host, form)
	case kind == webhook.Call:
		return phoneMenu(r.URL.Path, form)
	case kind == webhook.Chat && !form.Has("MessageStatus"):
		return survey(w, r, form)
	}
	return answerOnce(form)
}

// goodCode is the one that the dry run's application wants to be texted.
const goodCode = "4566"

func answerOnce(form url.Values) string {
	switch {
	case form.Has("CallSid"):
		return `<Response><Say>Hello.</Say></Response>`
	case form.Has("MessageStatus"):
		return ""
	case form.Get("Body") == goodCode:
		return `<Response><Message>Thanks, your code is right.</Message></Response>`
	}
	return `<Response><Message>Sorry, there is no such code.</Message></Response>`
}

package main

import (
	"cmp"
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
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if !s.validator.ValidateBody(s.signed(r), body, r.Header.Get("X-Twilio-Signature")) {
		http.Error(w, "wrong signature", http.StatusForbidden)
		return
	}
	fields := string(body)
	if s.envelope.Get {
		fields = r.URL.RawQuery
	}
	form, err := url.ParseQuery(fields)
	if err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	answer := twiml(form)
	if answer == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+answer)
}

// signed returns the URL that a request is signed for. That of a GET ends with
// the fields, which the request has behind the URL's own query.
func (s *standIn) signed(r *http.Request) string {
	signed := cmp.Or(s.envelope.SignURL, s.envelope.URL)
	signed = webhook.SigningURL(s.envelope.Kind, signed)
	if !s.envelope.Get {
		return signed
	}
	_, own, _ := strings.Cut(webhook.SigningURL(s.envelope.Kind, s.envelope.URL), "?")
	fields := strings.TrimPrefix(strings.TrimPrefix(r.URL.RawQuery, own), "&")
	if strings.Contains(signed, "?") {
		return signed + "&" + fields
	}
	return signed + "?" + fields
}

// goodCode is the one that the dry run's application wants to be texted.
const goodCode = "4566"

func twiml(form url.Values) string {
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

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"

	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

// An endpoint is a webhook application inside the process, for dry runs: it
// checks each signature with Twilio's own validator and answers TwiML. It
// listens on loopback, on a port of its own.
type endpoint struct {
	listener  net.Listener
	server    *http.Server
	validator client.RequestValidator
	signed    string // the URL that requests are signed for
}

func openEndpoint(token string, e webhook.Envelope) (*endpoint, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	signed := e.SignURL
	if signed == "" {
		signed = e.URL
	}
	p := &endpoint{
		listener:  listener,
		validator: client.NewRequestValidator(token),
		signed:    webhook.SigningURL(e.Kind, signed),
	}
	p.server = &http.Server{Handler: p}
	go func() { _ = p.server.Serve(listener) }() // until close
	return p, nil
}

func (p *endpoint) close() { _ = p.server.Close() }

// connect opens a connection to the endpoint, whatever the address.
func (p *endpoint) connect(ctx context.Context, _ string) (net.Conn, error) {
	addr := p.listener.Addr()
	return new(net.Dialer).DialContext(ctx, addr.Network(), addr.String())
}

func (p *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if !p.validator.ValidateBody(p.signed, body, r.Header.Get("X-Twilio-Signature")) {
		http.Error(w, "wrong signature", http.StatusForbidden)
		return
	}
	form, err := url.ParseQuery(string(body))
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

package main

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// phoneMenu is the phone menu that answers whole calls in a dry run. It returns
// the TwiML that answers a request to a path with these fields, by the last part
// of the path; nothing for a callback. The URLs in it are relative: it works
// below any URI.
func phoneMenu(p string, form url.Values) string {
	const leaveMessage = `<Record action="saved" maxLength="60" finishOnKey="#" recordingStatusCallback="recording"/><Redirect>menu</Redirect>`
	switch path.Base(p) {
	case "topic":
		switch key, words := form.Get("Digits"), strings.ToLower(form.Get("SpeechResult")); {
		case key == "1", strings.Contains(words, "bill"):
			return response(`<Gather action="account"><Say>Your account number, and then the hash key.</Say></Gather><Redirect>menu</Redirect>`)
		case key == "2", strings.Contains(words, "message"):
			return response(`<Say>Speak after the beep, please.</Say>` + leaveMessage)
		case key == "3", strings.Contains(words, "agent"):
			return response(`<Dial action="dialed" timeout="20"><Number statusCallback="agent">+14155550123</Number></Dial>`)
		}
		return response(`<Say>Sorry, there is no such topic.</Say><Redirect>menu</Redirect>`)
	case "account":
		return response(fmt.Sprintf(`<Say>Nothing is to be paid for account %s.</Say><Redirect>goodbye</Redirect>`, escape(form.Get("Digits"))))
	case "saved":
		return response(`<Say>Your message is saved.</Say><Redirect>goodbye</Redirect>`)
	case "dialed":
		if form.Get("DialCallStatus") == "completed" {
			return response(`<Hangup/>`)
		}
		return response(`<Say>Nobody is free. Leave a message, please.</Say>` + leaveMessage)
	case "goodbye":
		return response(`<Say>Goodbye.</Say>`)
	case "recording", "agent", "status":
		return ""
	}
	return response(`<Gather input="dtmf speech" numDigits="1" speechTimeout="auto" action="topic">` +
		`<Say>Welcome. For your bill, press 1 or say bill. For a message, press 2. For an agent, press 3.</Say>` +
		`</Gather><Say>We have heard nothing. Goodbye.</Say><Hangup/>`)
}

func response(verbs string) string { return "<Response>" + verbs + "</Response>" }

// escape makes text safe within TwiML.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

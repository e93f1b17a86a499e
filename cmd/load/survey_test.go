package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the survey of the dry run says to a sender whose phone keeps its cookie.
func TestSurvey(t *testing.T) {
	const (
		hello    = "Hello! Which order is it about? Text its number."
		noNumber = "That is no number. Which order is it about?"
		rate     = "Thanks. How was the delivery, from 1 to 5?"
		noRating = "From 1 to 5, please: how was the delivery?"
		sorry    = "We are sorry. What went wrong?"
		thanks   = "Thank you!"
		lookInto = "Thank you, we will look into it."
		stopped  = "You will get no more messages."
	)
	for _, tc := range []struct {
		what           string
		texts, replies []string
	}{
		{"all went well", []string{"Hi", "4711", "5"}, []string{hello, rate, thanks}},
		{"it did not", []string{"Hi", " 4712 ", "1", "It was wet."}, []string{hello, rate, sorry, lookInto}},
		{"somebody who does not listen", []string{"", "what?", "", "4713", "4714", "3"}, []string{hello, noNumber, noNumber, rate, noRating, thanks}},
		{"the next order", []string{"Hi", "4711", "4", "Hi"}, []string{hello, rate, thanks, hello}},
		{"enough of it", []string{"Hi", "Stop", "Hi"}, []string{hello, stopped, hello}},
	} {
		var cookies []*http.Cookie
		var replies []string
		for _, text := range tc.texts {
			r := httptest.NewRequest("POST", "/sms", nil)
			for _, c := range cookies {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			twiml := survey(w, r, url.Values{"Body": {text}})
			cookies = slices.DeleteFunc(w.Result().Cookies(), func(c *http.Cookie) bool { return c.MaxAge < 0 })
			reply := regexp.MustCompile(`^<Response><Message( statusCallback="status")?>(.*)</Message></Response>$`).FindStringSubmatch(twiml)
			if reply == nil || (reply[1] != "") != (len(cookies) > 0) {
				t.Fatalf("%s: %q is answered %s, with cookies %v", tc.what, text, twiml, cookies)
			}
			replies = append(replies, reply[2])
		}
		if !slices.Equal(replies, tc.replies) {
			t.Errorf("%s:\n%s\nwant\n%s", tc.what, strings.Join(replies, "\n"), strings.Join(tc.replies, "\n"))
		}
	}
}

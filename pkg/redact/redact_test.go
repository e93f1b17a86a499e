package redact_test

import (
	"testing"

	"call-load-tester/pkg/redact"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		`<Play>https://bob:hunter2@example.com/a.mp3</Play>`:                  `<Play>https://…@example.com/a.mp3</Play>`,
		`<Sip username="b" password='hunter2'>x</Sip>`:                        `<Sip username="b" password='…'>x</Sip>`,
		`<Sip password="it's hunter2">x</Sip>`:                                `<Sip password="…">x</Sip>`,
		`<Play>https://o'neil:hunter2@example.com/a?key='hunter2</Play>`:      `<Play>https://…@example.com/a?…</Play>`,
		`<Play>http://a:b@c/1</Play><Play>http://d:e@f/2</Play>`:              `<Play>http://…@c/1</Play><Play>http://…@f/2</Play>`,
		`<Play>https://bob:hun@ter2@example.com/a</Play>`:                     `<Play>https://…@example.com/a</Play>`,
		`<Redirect>https://example.com/a?key=hunter2&amp;n=1</Redirect>`:      `<Redirect>https://example.com/a?…</Redirect>`,
		`<Gather action="https://example.com/a?key=hunter2#x" method="GET"/>`: `<Gather action="https://example.com/a?…" method="GET"/>`,
		`<Redirect>https://example.com#hunter2</Redirect>`:                    `<Redirect>https://example.com?…</Redirect>`,
		`<Sip>sip:bob:hunter2@example.com?X-Key=hunter2</Sip>`:                `<Sip>sip:…@example.com?…</Sip>`,
		`<Sip>sip:bob@example.com:5060</Sip><Say>Who? Me</Say>`:               `<Sip>sip:bob@example.com:5060</Sip><Say>Who? Me</Say>`,
		`<Play>https://example.com/a@b.mp3</Play><Say>at @ noon</Say>`:        `<Play>https://example.com/a@b.mp3</Play><Say>at @ noon</Say>`,
	} {
		if got := redact.Text(text); got != want {
			t.Errorf("%s\nshown as %s\nwant     %s", text, got, want)
		}
	}
}

func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://bob:hunter2@example.com/a?key=hunter2": "https://example.com/a?…",
		"https://example.com/a%20b#hunter2":             "https://example.com/a%20b",
		"https://example.com:bad/":                      "a URL",
	} {
		if got := redact.URL(url); got != want {
			t.Errorf("%s\nshown as %s\nwant     %s", url, got, want)
		}
	}
}

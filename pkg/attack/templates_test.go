package attack

import (
	"testing"

	"call-load-tester/pkg/webhook"
)

func TestOnlyRowsThatAreSentGetATemplate(t *testing.T) {
	rows := make([]webhook.Row, 1000)
	for requests, want := range map[int]int{4: 4, 1000: 1000, 5000: 1000} {
		a, err := New(Config{Envelope: webhook.Envelope{URL: "http://a.example"}, Rows: rows, Token: "t", Total: requests, Concurrency: 1})
		if err != nil || len(a.templates) != want {
			t.Errorf("%d requests of 1000 rows have %d templates, %v; want %d", requests, len(a.templates), err, want)
		}
	}
}

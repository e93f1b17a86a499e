package attack_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// The memory of a conversation that waits: it was asked twice, and the person
// thinks. Run it with -benchtime 1x: it takes some 20 s.
func BenchmarkWaitingConversation(b *testing.B) {
	const n = 20_000
	app := documents(map[string]string{"/first": `<Say>Hello.</Say><Redirect>/menu</Redirect>`, "/menu": `<Gather timeout="600"/>`})
	url := serve(b, app.forgetful()) + "/first"
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		cfg := conversations(b, webhook.Call, app, n, `{"From": "+14155550101", "Then": [""]}`)
		cfg.Token, cfg.Connect, cfg.Envelope.URL = token, nil, url
		cfg.Pace, cfg.Rate, cfg.MaxInFlight = attack.Real, n/20, n
		a, err := attack.New(cfg)
		if err != nil {
			b.Fatal(err)
		}
		before := memory()
		done := make(chan *attack.Result)
		go func() { done <- a.Run(ctx) }()
		for a.Progress().Done < 2*n {
			time.Sleep(100 * time.Millisecond)
		}
		b.ReportMetric(float64(memory()-before)/n, "B/conversation")
		cancel()
		if r := <-done; r.Conversations.Interrupted != n {
			b.Errorf("%s, want %d that are interrupted", endings(r), n)
		}
	}
}

// memory returns how many bytes are in use, stacks included.
func memory() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC() // each shrinks stacks by half
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

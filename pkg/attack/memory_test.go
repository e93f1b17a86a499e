package attack_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// The memory of a conversation that asks each ten seconds and waits meanwhile.
// Run it with -benchtime 1x: it takes half a minute.
func BenchmarkWaitingConversation(b *testing.B) {
	const n = 20_000
	app := documents(map[string]string{"/first": `<Gather timeout="10"/><Redirect/>`})
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

// memory returns how many bytes are in use: stacks as they are, since only a
// collection shrinks them, and there may be none for half a minute; and the heap
// after one.
func memory() uint64 {
	var asIs, collected runtime.MemStats
	runtime.ReadMemStats(&asIs)
	runtime.GC()
	runtime.ReadMemStats(&collected)
	return asIs.StackInuse + collected.HeapAlloc
}

package attack_test

import (
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Whoever asks what there is so far is told of each request that is over, also of
// those whose sender waits for the next answer, or for its conversation.
func TestWhatIsOverIsCountedSoFar(t *testing.T) {
	slow := func(n int) time.Duration {
		return map[bool]time.Duration{true: 20 * time.Second, false: 10 * time.Millisecond}[n%50 > 40]
	}
	for _, tc := range []struct {
		what string
		cfg  attack.Config
	}{
		{"an answer every nine seconds", attack.Config{Total: 7, Concurrency: 1, Connect: inMemory(always(9 * time.Second))}},
		{"an endpoint that stalls", attack.Config{Total: 200, Concurrency: 3, Connect: inMemory(slow)}},
		{"bursts to one that stalls", attack.Config{Total: 200, Rate: 10, Connect: inMemory(slow)}},
		{"a call of a minute", func() attack.Config {
			cfg := conversations(t, webhook.Call, documents(map[string]string{
				"/first": `<Pause length="30"/><Redirect>/second</Redirect>`, "/second": `<Pause length="30"/>`}), 3, `{}`)
			cfg.Pace, cfg.Rate = attack.Real, 1
			return cfg
		}()},
	} {
		synctest.Test(t, func(t *testing.T) {
			told := 0
			cfg := tc.cfg
			cfg.Token, cfg.Rows, cfg.Observe = token, oneRow, func(attack.Outcome) { told++ }
			cfg.Envelope.URL = "http://app.example/first"
			a, err := attack.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			over := make(chan *attack.Result)
			go func() { over <- a.Run(t.Context()) }()
			for {
				select {
				case r := <-over:
					if told != r.Requests.Sent || a.SoFar(func() {}).Requests != r.Requests {
						t.Errorf("%s: told of %d of %d in the end", tc.what, told, r.Requests.Sent)
					}
					time.Sleep(time.Minute) // until the endpoint has given up, too
					return
				case <-time.After(543 * time.Millisecond): // not when an answer comes
				}
				synctest.Wait()
				atThen := 0
				r := a.SoFar(func() { atThen = told })
				if done := a.Progress().Done; r.Requests.Sent != done || atThen != done {
					t.Errorf("%s: %d counted so far, told of %d, and %d are over", tc.what, r.Requests.Sent, atThen, done)
				}
			}
		})
	}
}

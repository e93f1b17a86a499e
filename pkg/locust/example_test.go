package locust_test

import (
	"context"
	"errors"
	"log"

	"call-load-tester/pkg/locust"
)

// A program that makes load as long as a master wants it to.
func Example() {
	ctx := context.Background()
	worker, err := locust.Connect(ctx, "10.0.0.5:5557", func(err error) { log.Print(err) })
	if err != nil {
		log.Fatal(err)
	}
	defer worker.Close()
	for {
		test, err := worker.Wait(ctx)
		if errors.Is(err, locust.ErrQuit) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		attack := begin(test.Users) // asks every second how many users it is to have
		test.Report(attack.delta)
		<-test.Stopping().Done()
		if err := test.End(attack.finish(test.Cutoff())); err != nil {
			log.Print(err)
		}
	}
}

type attack struct{ users func() int }

func begin(users func() int) *attack              { return &attack{users} }
func (*attack) delta() locust.Stats               { return locust.Stats{} }
func (*attack) finish(cut context.Context) []byte { return nil }

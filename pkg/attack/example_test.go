package attack_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

func ExampleAttack_Run() {
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Message>Thanks</Message></Response>")
	}))
	defer endpoint.Close()

	a, err := attack.New(attack.Config{
		Envelope:     webhook.Envelope{Kind: webhook.SMS, URL: endpoint.URL + "/sms"},
		Rows:         []webhook.Row{{{Name: "Body", Value: "4566"}}},
		Token:        "12345566778",
		Total:        100,
		Concurrency:  4,
		BadSignature: 10,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := a.Run(context.Background())
	fmt.Println("accepted:", r.Requests.Accepted, "replies:", r.Replies.Count)
	fmt.Println("forged and let through:", r.Requests.LetThrough)
	// Output:
	// accepted: 90 replies: 90
	// forged and let through: 10
}

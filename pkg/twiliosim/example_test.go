package twiliosim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"call-load-tester/pkg/twiliosim"
)

const calls = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Calls.json"

// A call placed over HTTP on a real socket.
func ExampleNew() {
	account := twiliosim.New(twiliosim.Config{RingTime: time.Hour})
	server := httptest.NewServer(account)
	defer server.Close()

	answer, err := http.PostForm(server.URL+calls, url.Values{
		"From": {"+15005550006"}, "To": {"+14155550100"}, "Twiml": {"<Response><Say>Hello</Say></Response>"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	fmt.Println(answer.Status)
	for _, call := range account.Live() {
		fmt.Println(call.From, "calls", call.To, "and it is", call.Status)
	}
	// Output:
	// 201 Created
	// +15005550006 calls +14155550100 and it is ringing
}

// Without a port: any host does.
func ExampleAccount_Transport() {
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	client := http.Client{Transport: account.Transport()}

	answer, err := client.Get("https://api.twilio.com" + calls + "?PageSize=1001")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body))
	// Output:
	// 400 {"code":20007,"message":"Page size too large","more_info":"https://www.twilio.com/docs/errors/20007","status":400}
}

// The third create takes effect, and its answer is lost.
func ExampleFault() {
	account := twiliosim.New(twiliosim.Config{Faults: []twiliosim.Fault{
		{Op: twiliosim.OpCreate, Nth: []int{3}, Do: twiliosim.Drop, After: true},
	}})
	defer account.Close()
	client := http.Client{Transport: account.Transport()}

	for range 3 {
		answer, err := client.PostForm("http://localhost"+calls, url.Values{
			"From": {"+15005550006"}, "To": {"+14155550100"}, "Url": {"https://example.com/twiml"},
		})
		if err != nil {
			fmt.Println("no answer")
			continue
		}
		answer.Body.Close()
		fmt.Println(answer.StatusCode)
	}
	fmt.Println(len(account.Live()), "calls")
	// Output:
	// 201
	// 201
	// no answer
	// 3 calls
}

package twiliosim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

// Twilio's own string formats, which the validator does not know.
func init() {
	openapi3.DefineStringFormatValidator("date-time-rfc-2822", openapi3.NewCallbackValidator(func(s string) error {
		_, err := time.Parse("Mon, 02 Jan 2006 15:04:05 +0000", s)
		return err
	}))
	for name, pattern := range map[string]string{
		"currency": `^[A-Z]{3}$`, "http-method": `^(GET|POST)$`, "phone-number": `^[^ ]+$`, "endpoint": `^[^ ]+$`,
	} {
		openapi3.DefineStringFormatValidator(name, openapi3.NewRegexpFormatValidator(pattern))
	}
}

// contract is a round tripper that holds requests and answers against Twilio's OpenAPI document.
type contract struct {
	next    http.RoundTripper
	doc     *openapi3.T
	router  routers.Router
	checked map[string]int // answers by operation and status
	broken  []error
}

// readContract reads the document that TWILIO_OPENAPI names, and skips the test if there is none.
func readContract(t *testing.T) *contract {
	t.Helper()
	name := os.Getenv("TWILIO_OPENAPI")
	if name == "" {
		t.Skip("TWILIO_OPENAPI is not set")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(name)
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{doc: doc, router: router, checked: map[string]int{}}
}

// RoundTrip passes a request on and notes what broke the contract.
func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL, err)
	}
	options := &openapi3filter.Options{
		MultiError: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		c.broken = append(c.broken, fmt.Errorf("request %s: %w", route.Operation.OperationID, err))
	}
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: options,
	}
	what := fmt.Sprintf("%s %d", route.Operation.OperationID, answer.StatusCode)
	c.checked[what]++
	if err := c.check(r.Context(), out, body); err != nil {
		c.broken = append(c.broken, fmt.Errorf("answer %s: %w", what, err))
	}
	return answer, nil
}

// check holds an answer against the document. Errors are not in it: they have the shape all of Twilio's errors have.
// No field in it is required, so it is checked here that all are there, and no others.
func (c *contract) check(ctx context.Context, out *openapi3filter.ResponseValidationInput, body []byte) error {
	if out.Status >= 400 {
		return sameNames(body, []string{"code", "message", "more_info", "status"})
	}
	if err := openapi3filter.ValidateResponse(ctx, out); err != nil || len(body) == 0 {
		return err
	}
	operation := out.RequestValidationInput.Route.Operation
	schema := operation.Responses.Status(out.Status).Value.Content["application/json"].Schema.Value
	if err := sameNames(body, slices.Collect(maps.Keys(schema.Properties))); err != nil {
		return err
	}
	var list struct{ Calls []json.RawMessage }
	if err := json.Unmarshal(body, &list); err != nil {
		return err
	}
	record := c.doc.Components.Schemas["api.v2010.account.call"].Value
	for _, call := range list.Calls {
		if err := sameNames(call, slices.Collect(maps.Keys(record.Properties))); err != nil {
			return err
		}
	}
	return nil
}

// sameNames checks which members a JSON object has.
func sameNames(object []byte, want []string) error {
	var members map[string]any
	if err := json.Unmarshal(object, &members); err != nil {
		return err
	}
	got := slices.Sorted(maps.Keys(members))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("members %q, want %q", got, want)
	}
	return nil
}

func TestContract(t *testing.T) {
	c := readContract(t)
	cfg := twiliosim.Config{
		Numbers: []string{caller, callee}, CPS: 50, RingTime: 3 * time.Second, TalkTime: 90 * time.Second,
		Busy: 0.2, NoAnswer: 0.2, Failed: 0.2, PricePerMinute: 0.014,
	}
	inBubble(t, cfg, func(t *phoneTest) {
		c.next = t.account.Transport()
		t.twilio = twilio(c)
		for i := range 30 {
			p := order().SetTimeLimit(60).SetStatusCallback("https://example.com/status").
				SetStatusCallbackEvent([]string{"ringing", "completed"}).SetMethod("GET")
			if i%3 == 1 {
				p.Url = nil
				p.SetTo("sip:alice@example.com").SetTwiml("<Response/>")
			}
			t.create(p)
		}
		t.everyWay()
		t.at(2 * time.Second)
		t.everyWay()
		t.at(time.Hour)
		t.everyWay()
		t.refused(t.twilio.DeleteCall(t.account.Calls()[0].SID, nil), 0)
		_, err := t.twilio.CreateCall(order().SetTo("+15005550001"))
		t.refused(err, 21217)
	})
	if err := errors.Join(c.broken...); err != nil {
		t.Error(err)
	}
	for _, what := range []string{
		"CreateCall 201", "CreateCall 400", "FetchCall 200", "UpdateCall 200", "UpdateCall 400", "ListCall 200", "DeleteCall 204",
	} {
		if c.checked[what] == 0 {
			t.Errorf("no %s was checked; checked were %v", what, c.checked)
		}
	}
}

// everyWay looks at all calls in every way, and ends a few.
func (t *phoneTest) everyWay() {
	t.Helper()
	calls, err := t.twilio.ListCall((&api.ListCallParams{}).SetPageSize(7))
	if err != nil {
		t.Fatal(err)
	}
	if want := len(t.account.Calls()); len(calls) != want {
		t.Errorf("%d calls listed, want %d", len(calls), want)
	}
	for i, c := range calls {
		t.fetch(*c.Sid)
		if i%5 == 0 {
			t.twilio.UpdateCall(*c.Sid, (&api.UpdateCallParams{}).SetStatus("completed"))
		}
	}
	filter := (&api.ListCallParams{}).SetTo(callee).SetFrom(caller).SetStatus("in-progress").
		SetStartTimeAfter(t.begin).SetEndTimeBefore(t.begin.Add(time.Hour))
	if _, err := t.twilio.ListCall(filter); err != nil {
		t.Fatal(err)
	}
}

var requestID = regexp.MustCompile(`^RQ[0-9a-f]{32}$`)

func TestHeaders(t *testing.T) {
	cfg := twiliosim.Config{ResponseTime: 1500 * time.Millisecond, Password: token}
	inBubble(t, cfg, func(t *phoneTest) {
		r, err := http.NewRequest("GET", "http://x/2010-04-01/Accounts/"+accountSID+"/Calls.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := t.account.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		h := answer.Header
		for name, want := range map[string]string{
			"Content-Type":               "application/json",
			"Date":                       "Sat, 01 Jan 2000 00:00:01 GMT",
			"Twilio-Concurrent-Requests": "1",
			"Twilio-Request-Duration":    "1.500",
			"Www-Authenticate":           `Basic realm="Twilio API"`,
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if id := h.Get("Twilio-Request-Id"); !requestID.MatchString(id) {
			t.Errorf("Twilio-Request-Id: %q", id)
		}
	})
}

package attack_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// These tests run in fake time, which begins at midnight of 1 January 2000, UTC.

// A menu that has one of all that asks for a request.
var menu = map[string]string{
	"/first":  `<Gather action="/topic" numDigits="1" input="dtmf speech"><Say>Press a key.</Say></Gather><Redirect method="GET">/first?again=1</Redirect>`,
	"/topic":  `<Record action="/saved" recordingStatusCallback="/recording"/>`,
	"/saved":  `<Dial action="/dialed"><Number statusCallback="/agent" statusCallbackEvent="initiated ringing answered completed">+14155550123</Number></Dial>`,
	"/dialed": `<Enqueue action="/left" waitUrl="/music">support</Enqueue>`,
	"/music":  `<Play>jingle.mp3</Play>`,
	"/left":   `<Say>Goodbye.</Say>`,
}

var callers = []string{
	`{"From": "+14155550101", "Then": ["1", "This is Alice.", {"DialCallStatus": "busy"}]}`,
	`{"From": "+14155550102", "Then": ["", "my phone bill", "This is Bob.", "hangup"]}`,
	`{"From": "+14155550103", "Then": ["2", "hangup"]}`,
	`{"From": "+14155550104", "Then": ["hangup"]}`,
	`{"Then": ["3", "*", {"DialCallDuration": 65}, {"QueueResult": "queue-full"}]}`,
}

var texts = map[string]string{
	"/first": `<Message statusCallback="/status">Thanks</Message><Redirect>/next</Redirect>`,
	"/next":  `<Message>Bye</Message>`,
}

// As it would be, and as fast as can be, the same is asked, in both loops.
func TestBothPacesAskTheSame(t *testing.T) {
	for _, tc := range []struct {
		what     string
		kind     webhook.Kind
		verbs    map[string]string
		rows     []string
		requests int // of all persons
	}{
		// By caller, of the call itself, of the recording, of the number dialed, and the
		// call's status callback: 6+1+2+1, 5+1+4+1, 3+1+0+1, 1+0+0+1, 5+1+4+1.
		{"calls", webhook.Call, menu, callers, 39},
		// Each message is answered, redirected, and its reply has two callbacks.
		{"chats", webhook.Chat, texts, []string{`{"Body": "a", "Then": ["b", {"Body": "c", "MediaUrl0": "https://a.example/a.png"}]}`, `{"From": "+14155550105"}`}, 4 * 4},
	} {
		rounds := 3
		asks := make(map[string]map[string]int) // by how
		for _, pace := range []attack.Pace{attack.Fast, attack.Real} {
			for loop, concurrency := range map[string]int{"one after the other": 1, "four at once": 4, "open": 0} {
				synctest.Test(t, func(t *testing.T) {
					app := documents(tc.verbs)
					cfg := conversations(t, tc.kind, app, rounds*len(tc.rows), tc.rows...)
					cfg.Pace, cfg.Concurrency = pace, concurrency
					if loop == "open" {
						cfg.Rate = 2
					}
					if tc.kind == webhook.Call {
						cfg.Rules.StatusURI = "http://app.example/over"
					}
					r := run(t, cfg)
					if r.Conversations.AsMeant != cfg.Total || r.Requests.Accepted != r.Requests.Sent {
						t.Errorf("%s: %d of %d as meant, %d of %d requests accepted", tc.what, r.Conversations.AsMeant, cfg.Total, r.Requests.Accepted, r.Requests.Sent)
					}
					some := make(map[string]int)
					for _, a := range app.came() {
						if !a.isSigned() {
							t.Errorf("%s: %s is not signed well", tc.what, a.url)
						}
						some[withoutFresh(a)]++
					}
					asks[fmt.Sprint(pace, ", ", loop)] = some
				})
			}
		}
		want := asks["fast, one after the other"]
		if n := total(want); n != rounds*tc.requests {
			t.Errorf("%s: %d requests, want %d:\n%s", tc.what, n, rounds*tc.requests, strings.Join(slices.Sorted(maps.Keys(want)), "\n"))
		}
		for how, some := range asks {
			for request, n := range want {
				if some[request] != n {
					t.Errorf("%s, %s: %d times %s, want %d", tc.what, how, some[request], request, n)
				}
			}
			if total(some) != total(want) {
				t.Errorf("%s, %s: %d requests, want %d", tc.what, how, total(some), total(want))
			}
		}
	}
}

// withoutFresh tells what was asked, without what is new each time.
func withoutFresh(a asked) string {
	fields := maps.Clone(a.fields)
	for name := range fields {
		if strings.HasSuffix(name, "Sid") && name != "AccountSid" || name == "Timestamp" || name == "RecordingStartTime" || name == "RecordingUrl" {
			fields[name] = []string{"fresh"}
		}
	}
	u, _ := url.Parse(a.url)
	u.RawQuery = ""
	return a.method + " " + u.String() + " " + fields.Encode()
}

// A call of 14 characters of prompt, 2 s of thinking and a key, answered after
// a quarter of a second each time; and one of more than a minute.
func TestDurationsAreExact(t *testing.T) {
	const quarter = 250 * time.Millisecond
	prompt := `<Gather action="/next" numDigits="1"><Say>Press 1 please</Say></Gather>`
	for _, tc := range []struct {
		what             string
		first, next, row string
		asks             []time.Duration // of the application, the status callback last, in real pace
		lasted           time.Duration
		status           map[string]string
		minutes          int
	}{
		{"a key, and a goodbye of a second", prompt, `<Say>Goodbye Alice!</Say>`, `{"Then": ["1"]}`,
			[]time.Duration{0, quarter + 3*time.Second, 2*quarter + 4*time.Second}, 2*quarter + 4*time.Second,
			map[string]string{"CallStatus": "completed", "CallDuration": "5", "Duration": "1", "Timestamp": "Sat, 01 Jan 2000 00:00:04 +0000"}, 1},
		// Picked up at the first answer, hung up 59.75 s later: a minute.
		{"just a minute", prompt, `<Pause length="56"/><Hangup/>`, `{"Then": ["1"]}`,
			[]time.Duration{0, quarter + 3*time.Second, 2*quarter + 59*time.Second}, 2*quarter + 59*time.Second,
			map[string]string{"CallStatus": "completed", "CallDuration": "60", "Duration": "1", "Timestamp": "Sat, 01 Jan 2000 00:00:59 +0000"}, 1},
		{"a second minute", prompt, `<Pause length="57"/><Hangup/>`, `{"Then": ["1"]}`,
			[]time.Duration{0, quarter + 3*time.Second, 2*quarter + 60*time.Second}, 2*quarter + 60*time.Second,
			map[string]string{"CallStatus": "completed", "CallDuration": "61", "Duration": "2", "Timestamp": "Sat, 01 Jan 2000 00:01:00 +0000"}, 2},
		{"the caller hangs up", prompt, ``, `{"Then": ["hangup"]}`,
			[]time.Duration{0, quarter + 3*time.Second}, quarter + 3*time.Second,
			map[string]string{"CallStatus": "completed", "CallDuration": "3", "Duration": "1", "Timestamp": "Sat, 01 Jan 2000 00:00:03 +0000"}, 1},
		{"rejected", `<Reject reason="busy"/>`, ``, `{}`,
			[]time.Duration{0, quarter}, quarter,
			map[string]string{"CallStatus": "busy", "CallDuration": "0", "Duration": "0", "Timestamp": "Sat, 01 Jan 2000 00:00:00 +0000"}, 0},
	} {
		for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
			synctest.Test(t, func(t *testing.T) {
				app := documents(nil)
				app.paths["/first"], app.paths["/next"] = after(quarter, response(tc.first)), after(quarter, response(tc.next))
				cfg := conversations(t, webhook.Call, app, 1, tc.row)
				cfg.Pace, cfg.Rules.StatusURI = pace, "http://app.example/over"
				cfg.Prices = &webhook.Prices{Minute: 0.0085}
				r := run(t, cfg)

				asks := tc.asks
				if pace == attack.Fast { // back to back
					asks = nil
					for i := range tc.asks {
						asks = append(asks, time.Duration(i)*quarter)
					}
				}
				var at []time.Duration
				for _, a := range app.came() {
					at = append(at, a.at)
				}
				if !slices.Equal(at, asks) {
					t.Errorf("%s, %v: asked at %v, want %v", tc.what, pace, at, asks)
				}
				if c := r.Conversations; c.Lasted.Max != ms(tc.lasted) || c.Lasted.Mean != ms(tc.lasted) || c.Minutes != tc.minutes || r.Cost.Total != 0.0085*float64(tc.minutes) {
					t.Errorf("%s, %v: lasted %v, %d minutes for $%v; want %v, %d", tc.what, pace, c.Lasted.Max, c.Minutes, r.Cost.Total, tc.lasted, tc.minutes)
				}
				if took := asks[len(asks)-1]; r.Seconds != took.Seconds() {
					t.Errorf("%s, %v: the run took %v, want %v", tc.what, pace, r.Seconds, took)
				}
				over := app.to("/over")
				if len(over) != 1 {
					t.Fatalf("%s, %v: %d status callbacks, want 1", tc.what, pace, len(over))
				}
				for name, want := range tc.status {
					if got := over[0].fields.Get(name); got != want {
						t.Errorf("%s, %v: the status callback says %s %s, want %s", tc.what, pace, name, got, want)
					}
				}
			})
		}
	}
}

// A callback has its own time; the call does not wait for it, nor the run for
// longer than its answer takes.
func TestCallbacksHaveTheirOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(menu)
		app.paths["/recording"] = after(5*time.Second, response(""))
		cfg := conversations(t, webhook.Call, app, 1, `{"Then": ["1", "fourteen chars"]}`)
		cfg.Pace = attack.Real
		cfg.Rules.Speech = 12 // a prompt of a second
		r := run(t, cfg)
		// The prompt ends at 1 s, the key comes at 3 s. The words begin at 5 s, take
		// 1.17 s and end with 5 s of silence: the recording is over at 11.17 s, can be
		// had a second later, and that is answered at 17.17 s.
		spoken := 14 * time.Second / 12
		want := map[string][]time.Duration{
			"/topic":     {3 * time.Second},
			"/saved":     {10*time.Second + spoken},
			"/recording": {11*time.Second + spoken},
			"/dialed":    {20*time.Second + spoken},
			"/agent":     {10*time.Second + spoken, 10*time.Second + spoken, 10*time.Second + spoken, 20*time.Second + spoken},
		}
		for path, times := range want {
			if got := app.times(path); !slices.Equal(got, times) {
				t.Errorf("%s is asked at %v, want %v", path, got, times)
			}
		}
		if c := r.Conversations; c.Callbacks != 5 || c.CallbacksIncomplete != 0 {
			t.Errorf("%d callbacks, %d of them incomplete; want 5 and none", c.Callbacks, c.CallbacksIncomplete)
		}
	})
}

// A follow-up is due at the answer's arrival plus the conversation's waiting,
// and its latency counts from then on, connecting included.
func TestLatencyOfFollowUps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(nil)
		app.paths["/first"] = after(250*time.Millisecond, response(`<Pause length="9"/><Redirect>/next</Redirect>`))
		app.paths["/next"] = after(500*time.Millisecond, response(""))
		cfg := conversations(t, webhook.Call, app, 3, `{}`)
		cfg.Pace = attack.Real
		cfg.Connect = slowConnect(300*time.Millisecond, app.connect)
		r := run(t, cfg)
		// The connection is not kept over nine seconds: it is opened anew.
		steps := map[string]attack.Step{}
		for _, s := range r.Steps {
			steps[s.Name] = s
		}
		if first, next := steps["POST /first"], steps["POST /next"]; first.Max != 550 || next.Max != 800 || first.Requests != 3 || next.Requests != 3 {
			t.Errorf("%+v, want 550 ms for the first and 800 ms for the second", r.Steps)
		}
		if r.Latency.Max != 800 || r.Service.Max != 800 || r.Requests.Late != 0 {
			t.Errorf("latency %v, service %v, %d late; want 800 ms, none late", r.Latency.Max, r.Service.Max, r.Requests.Late)
		}
		// The next call begins at once, on the connection of the one before.
		if want := []time.Duration{300 * time.Millisecond, 10350 * time.Millisecond, 20400 * time.Millisecond}; !slices.Equal(app.times("/first"), want) {
			t.Errorf("the calls begin at %v, want %v", app.times("/first"), want)
		}
		var due []int
		for _, i := range r.Timeline {
			due = append(due, i.Sent)
		}
		if want := []int{1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}; !slices.Equal(due[:len(want)], want) {
			t.Errorf("requests are due in seconds %v, want %v first", due, want)
		}
	})
}

func slowConnect(d time.Duration, connect func(context.Context, string) (net.Conn, error)) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, addr string) (conn net.Conn, err error) {
		time.Sleep(d)
		return connect(ctx, addr)
	}
}

// What is asked for is told, and what one may ask for is checked.
func TestPlanOfConversations(t *testing.T) {
	app := documents(nil)
	cfg := conversations(t, webhook.Call, app, 12, `{}`, `{}`)
	cfg.Rate, cfg.Ramp, cfg.Pace = 3, 2*time.Second, attack.Real
	want := attack.PlanSummary{
		Endpoint: "http://app.example/first", Path: "/first", Kind: "call", Rows: 2, Open: true,
		Conversations: 12, ConversationRate: 3, Pace: "real", RampSeconds: 2,
	}
	if got := cfg.PlanSummary(); !reflect.DeepEqual(got, want) {
		t.Errorf("the plan is %+v, want %+v", got, want)
	}
	for what, spoil := range map[string]func(*attack.Config){
		"nobody":                          func(c *attack.Config) { c.Persons = nil },
		"a ramp of parts of a second":     func(c *attack.Config) { c.Ramp = 1500 * time.Millisecond },
		"a negative ramp":                 func(c *attack.Config) { c.Ramp = -time.Second },
		"a rule that is for calls, chats": func(c *attack.Config) { c.Envelope.Kind, c.Rules.StatusURI = webhook.Chat, "http://a.example" },
		"a rule that is wrong":            func(c *attack.Config) { c.Rules.Hosts = []string{"http://a.example"} },
	} {
		cfg := cfg
		cfg.Token = token
		spoil(&cfg)
		if _, err := attack.New(cfg); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// Steps beyond the first hundred are one.
func TestAHundredSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(nil)
		n := 0
		app.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
			n++
			response(fmt.Sprintf("<Redirect>/calls/%d</Redirect>", n))(w, r)
		}
		r := run(t, conversations(t, webhook.Call, app, 120, `{}`))
		last := r.Steps[slices.IndexFunc(r.Steps, func(s attack.Step) bool { return s.Name == "other" })]
		if len(r.Steps) != 101 || r.Steps[0].Name != "POST /first" || last.Requests != 21 {
			t.Errorf("%d steps, first %+v, %d others; want 101, the first request and 21", len(r.Steps), r.Steps[0], last.Requests)
		}
	})
}

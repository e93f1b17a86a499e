package attack_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// inEveryLoop runs a test in fake time in both loops and both paces.
func inEveryLoop(t *testing.T, test func(t *testing.T, how string, loop func(*attack.Config))) {
	for _, pace := range []attack.Pace{attack.Fast, attack.Real} {
		for _, rate := range []int{0, 3} {
			how := fmt.Sprintf("closed loop, pace %v", pace)
			if rate > 0 {
				how = fmt.Sprintf("open loop, pace %v", pace)
			}
			synctest.Test(t, func(t *testing.T) {
				test(t, how, func(cfg *attack.Config) { cfg.Pace, cfg.Rate, cfg.Concurrency = pace, rate, 2 })
				time.Sleep(time.Hour) // until the application is done too
			})
		}
	}
}

const gatherNext = `<Gather action="/next" numDigits="1"/>`

// Whatever an application does in the midst of a call, each call has its ending
// and each request its verdict, and all adds up. Six persons call and press 1.
func TestFaultsMidway(t *testing.T) {
	const status, fallback, down = "http://app.example/over", "http://app.example/fallback", "http://down.example/over"
	rubbish := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Say>Hel")
	}
	type codes = map[webhook.Code]int
	for _, tc := range []struct {
		what             string
		first, next      http.HandlerFunc // nil: a Gather, an empty Response
		status, fallback string
		fallen           http.HandlerFunc // the fallback's answer
		over             http.HandlerFunc // the status callback's
		endings          string
		verdicts         codes
		callbacks        int
		callbacksBad     int
		elsewhere        int
	}{
		{what: "nothing", endings: "finished: 6", verdicts: codes{0: 12}},
		{what: "rubbish", next: rubbish, endings: "failed: 6, of these 12100: 6", verdicts: codes{0: 6, 12100: 6}},
		{what: "rubbish, and a fallback", next: rubbish, fallback: fallback, endings: "finished: 6", verdicts: codes{0: 12, 12100: 6}},
		{what: "rubbish, and a fallback that is gone", next: rubbish, fallback: "http://down.example/", status: status,
			endings: "failed: 6, of these 12100: 6", verdicts: codes{0: 12, 12100: 6, 11202: 6}, callbacks: 6},
		{what: "rubbish, and a fallback that is rubbish", next: rubbish, fallback: fallback, fallen: http.NotFound,
			endings: "failed: 6, of these 12100: 6", verdicts: codes{0: 6, 12100: 6, 11217: 6}},
		{what: "rubbish at first", first: rubbish, endings: "failed: 6, of these 12100: 6", verdicts: codes{12100: 6}},
		{what: "a TwiML redirect for ever", next: response(`<Redirect>/next</Redirect>`), status: status,
			endings: "endless: 6", verdicts: codes{0: 6*50 + 6}, callbacks: 6},
		{what: "an HTTP redirect for ever", next: redirect("/next", 307), fallback: fallback, endings: "finished: 6", verdicts: codes{0: 12, 11215: 6}},
		{what: "a redirect to nowhere", next: redirect("", 307), endings: "failed: 6, of these 11216: 6", verdicts: codes{0: 6, 11216: 6}},
		{what: "a URL that is none", next: response(`<Redirect>http://</Redirect>`), fallback: fallback, endings: "finished: 6", verdicts: codes{0: 18}},
		{what: "64 kB", next: response(strings.Repeat(" ", 64<<10)), endings: "failed: 6, of these 11750: 6", verdicts: codes{0: 6, 11750: 6}},
		{what: "64 kB in one word", next: response("<Say>" + strings.Repeat("a", 70<<10) + "</Say>"), endings: "failed: 6, of these 11750: 6", verdicts: codes{0: 6, 11750: 6}},
		{what: "no answer for 15 s", next: after(16*time.Second, response("")), endings: "failed: 6, of these 11205: 6", verdicts: codes{0: 6, 11205: 6}},
		{what: "no answer at first", first: after(time.Minute, response("")), fallback: fallback, status: status,
			endings: "finished: 6", verdicts: codes{0: 12, 11205: 6}, callbacks: 6},
		{what: "the connection is closed", next: hangUpTheLine, endings: "failed: 6, of these 11200: 6", verdicts: codes{0: 6, 11200: 6}},
		{what: "a closed door", next: http.NotFound, status: status, endings: "failed: 6, of these 11217: 6", verdicts: codes{0: 12, 11217: 6}, callbacks: 6},

		{what: "a callback URL that is down", status: down, endings: "finished: 6", verdicts: codes{0: 12, 11202: 6}, callbacks: 6, callbacksBad: 6},
		{what: "a callback URL that hangs", status: status, over: after(time.Minute, response("")), endings: "finished: 6", verdicts: codes{0: 12, 11205: 6}, callbacks: 6, callbacksBad: 6},
		{what: "a callback URL that answers TwiML", status: status, over: response("<Say>Hello</Say>"), endings: "finished: 6", verdicts: codes{0: 12, 12200: 6}, callbacks: 6, callbacksBad: 6},
		{what: "a callback URL that is redirected", status: status, over: redirect("/next", 307), endings: "finished: 6", verdicts: codes{0: 18}, callbacks: 6},

		{what: "TwiML that leads elsewhere", next: response(`<Redirect>http://evil.example/x</Redirect>`), endings: "finished: 6", verdicts: codes{0: 12}, elsewhere: 6},
		{what: "a Gather that leads elsewhere", first: response(`<Gather action="http://evil.example/x" numDigits="1"/><Hangup/>`), status: status,
			endings: "finished: 6", verdicts: codes{0: 12}, elsewhere: 6, callbacks: 6},
		{what: "HTTP that leads elsewhere", next: redirect("http://evil.example/x", 307), endings: "finished: 6", verdicts: codes{0: 12}, elsewhere: 6},
		{what: "HTTP that leads elsewhere after a way", next: redirect("/then", 302), endings: "finished: 6", verdicts: codes{0: 12}, elsewhere: 6},
		{what: "a callback that leads elsewhere", next: response(`<Dial action="/last"><Number statusCallback="http://evil.example/x">+14155550123</Number></Dial>`),
			endings: "finished: 6", verdicts: codes{0: 18}, elsewhere: 6},
		{what: "a callback that is led elsewhere", status: status, over: redirect("http://evil.example/x", 302), endings: "finished: 6", verdicts: codes{0: 18}, callbacks: 6, elsewhere: 6},
		{what: "a fallback that is led elsewhere", next: rubbish, fallback: fallback, fallen: redirect("http://evil.example/x", 302),
			endings: "finished: 6", verdicts: codes{0: 12, 12100: 6}, elsewhere: 6},
	} {
		inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
			app := documents(map[string]string{"/first": gatherNext})
			app.down = map[string]error{"down.example:80": syscall.ECONNREFUSED}
			for path, h := range map[string]http.HandlerFunc{"/first": tc.first, "/next": tc.next, "/fallback": tc.fallen, "/over": tc.over, "/then": redirect("http://evil.example/x", 307)} {
				if h != nil {
					app.paths[path] = h
				}
			}
			cfg := conversations(t, webhook.Call, app, 6, `{"Then": ["1"]}`)
			loop(&cfg)
			cfg.Rules.StatusURI, cfg.Rules.FallbackURI = tc.status, tc.fallback
			r := run(t, cfg)
			c := r.Conversations
			if got := endings(r); got != tc.endings || !maps.Equal(verdicts(r), tc.verdicts) || c.Callbacks != tc.callbacks || c.CallbacksIncomplete != tc.callbacksBad || c.Elsewhere != tc.elsewhere {
				t.Errorf("%s, %s: %s, verdicts %v, %d callbacks, %d of them bad, %d elsewhere; want %s, %v, %d, %d, %d", tc.what, how,
					got, verdicts(r), c.Callbacks, c.CallbacksIncomplete, c.Elsewhere, tc.endings, tc.verdicts, tc.callbacks, tc.callbacksBad, tc.elsewhere)
			}
			if named := slices.Equal(c.ElsewhereHosts, []string{"evil.example"}); named != (tc.elsewhere > 0) {
				t.Errorf("%s, %s: hosts that may not be asked: %v", tc.what, how, c.ElsewhereHosts)
			}
			for addr := range app.dialed {
				if addr != "app.example:80" && addr != "down.example:80" {
					t.Errorf("%s, %s: somebody has connected to %s", tc.what, how, addr)
				}
			}
			if r.Requests.Late != 0 {
				t.Errorf("%s, %s: %d late", tc.what, how, r.Requests.Late)
			}
		})
	}
}

// What has no answer takes as long as Twilio waits, on the call's clock too; the
// fallback is told why.
func TestAFallbackIsToldWhy(t *testing.T) {
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		app := documents(map[string]string{"/first": gatherNext, "/fallback": `<Hangup/>`})
		app.paths["/next"] = after(time.Minute, response(""))
		cfg := conversations(t, webhook.Call, app, 1, `{"Then": ["1"]}`)
		loop(&cfg)
		cfg.Rules.FallbackURI, cfg.Rules.StatusURI = "http://app.example/fallback", "http://app.example/over"
		r := run(t, cfg)
		asked, over := app.to("/fallback"), app.to("/over")
		if len(asked) != 1 || len(over) != 1 || !asked[0].isSigned() {
			t.Fatalf("%s: %d fallbacks, %d status callbacks", how, len(asked), len(over))
		}
		if f := asked[0].fields; f.Get("ErrorCode") != "11205" || f.Get("ErrorUrl") != "http://app.example/next" {
			t.Errorf("%s: the fallback is told %s of %s", how, f.Get("ErrorCode"), f.Get("ErrorUrl"))
		}
		if got := over[0].fields.Get("CallDuration"); got != "17" || r.Conversations.Lasted.Max != 17_000 {
			t.Errorf("%s: the call lasted %v, it is told %s; want 2 s and 15 s", how, r.Conversations.Lasted.Max, got)
		}
		if len(r.Steps) != 4 || endings(r) != "by the application: 1" {
			t.Errorf("%s: %+v, %s", how, r.Steps, endings(r))
		}
	})
}

// A share of the conversations begins with a wrong signature, and ends there.
func TestForgedConversations(t *testing.T) {
	for _, tc := range []struct {
		what               string
		forged             http.HandlerFunc // what answers a wrong signature
		refused, through   int
		errored, elsewhere int
	}{
		{"refused", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }, 10, 0, 0, 0},
		{"let through, whatever it asks for", response(gatherNext + `<Redirect>http://evil.example/x</Redirect>`), 0, 10, 0, 0},
		{"led to a page elsewhere", redirect("http://evil.example/login", 302), 0, 0, 10, 10},
	} {
		inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
			app := documents(nil)
			app.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
				came := app.to("/first")
				if !came[len(came)-1].isSigned() {
					tc.forged(w, r)
					return
				}
				response(gatherNext)(w, r)
			}
			cfg := conversations(t, webhook.Call, app, 40, `{"Then": ["1"]}`, `{"Then": ["2"]}`)
			loop(&cfg)
			cfg.Concurrency = 1 // the application looks at who came last
			if cfg.Rate > 0 {
				cfg.Rate = 1
			}
			cfg.BadSignature = 25
			cfg.Rules.StatusURI, cfg.Rules.FallbackURI = "http://app.example/over", "http://app.example/fallback"
			r := run(t, cfg)
			n := r.Requests
			if endings(r) != "finished: 30, forged: 10" || n.BadSignatures != 10 || n.Refused != tc.refused || n.LetThrough != tc.through || n.Errored != tc.errored {
				t.Errorf("%s, %s: %s, %+v", tc.what, how, endings(r), n)
			}
			c := r.Conversations
			if n.Sent != 10+30*3 || c.Callbacks != 30 || c.AsMeant != 30 || c.AsMeantPercent() != 100 || c.Elsewhere != tc.elsewhere || c.Turns != 30 {
				t.Errorf("%s, %s: %d requests, %+v", tc.what, how, n.Sent, c)
			}
			if tc.errored > 0 && verdicts(r)[webhook.RedirectAway] != tc.errored {
				t.Errorf("%s, %s: %v", tc.what, how, verdicts(r))
			}
		})
	}
}

// The application is not to blame for what this computer cannot do: its fallback
// is not asked, and the calls count as failed for that.
func TestOwnLimitsInConversations(t *testing.T) {
	tooMany := os.NewSyscallError("socket", syscall.EMFILE)
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		app := documents(map[string]string{"/first": `<Redirect>http://other.example/next</Redirect>`})
		app.down = map[string]error{"other.example:80": tooMany}
		cfg := conversations(t, webhook.Call, app, 6, `{}`)
		loop(&cfg)
		cfg.Rules.Hosts, cfg.Rules.FallbackURI, cfg.Rules.StatusURI = []string{"other.example"}, "http://app.example/fallback", "http://other.example/over"
		r := run(t, cfg)
		if endings(r) != "failed: 6, of these -1: 6" || r.Requests.OwnLimit != 12 || r.Requests.Accepted != 6 || r.Conversations.CallbacksIncomplete != 6 {
			t.Errorf("%s: %s, %+v", how, endings(r), r.Requests)
		}
		if got := app.to("/fallback"); len(got) != 0 {
			t.Errorf("%s: the fallback is asked %d times", how, len(got))
		}
	})
}

// A caller does not wait for a callback that hangs; who calls next does, for
// those that were due at once.
func TestCallbacksThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(map[string]string{
			"/first": `<Dial action="/next"><Number statusCallback="/agent" statusCallbackEvent="initiated answered completed">+14155550123</Number></Dial>`,
			"/next":  `<Record recordingStatusCallback="/recording"/>`,
		})
		for _, path := range []string{"/agent", "/recording"} {
			app.paths[path] = after(time.Minute, response(""))
		}
		app.paths["/over"] = after(3*time.Second, response(""))
		cfg := conversations(t, webhook.Call, app, 2, `{"Then": ["", "fourteen chars"]}`)
		cfg.Pace, cfg.Rules.StatusURI = attack.Real, "http://app.example/over"
		r := run(t, cfg)
		// Somebody is dialed, and talked to for 10 s. Recording takes 2 s of thinking, 1
		// of words and 5 of silence, and once more 5 of silence. The call is over at
		// 23 s; its status callback takes 3 s; that of the recording goes at 19 s, and is
		// given up at 34 s.
		for path, want := range map[string][]time.Duration{
			"/first": {0, 26 * time.Second},
			"/next":  {10 * time.Second, 18 * time.Second, 36 * time.Second, 44 * time.Second},
			"/over":  {23 * time.Second, 49 * time.Second},
		} {
			if got := app.times(path); !slices.Equal(got, want) {
				t.Errorf("%s is asked at %v, want %v", path, got, want)
			}
		}
		if c := r.Conversations; c.CallbacksIncomplete != c.Callbacks-2 || r.Requests.Late != 0 {
			t.Errorf("%+v, %d late", c, r.Requests.Late)
		}
		time.Sleep(time.Hour)
	})
}

// Of callbacks as many are under way as may be.
func TestCallbacksUnderWayAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(map[string]string{"/first": `<Record action="/saved" recordingStatusCallback="/recording"/>`})
		app.paths["/recording"] = after(10*time.Second, response(""))
		cfg := conversations(t, webhook.Call, app, 12, `{"Then": ["fourteen chars"]}`)
		cfg.Pace, cfg.Concurrency, cfg.MaxInFlight = attack.Real, 12, 4
		r := run(t, cfg)
		var want []time.Duration
		for _, second := range []time.Duration{9, 9, 9, 9, 19, 19, 19, 19, 29, 29, 29, 29} {
			want = append(want, second*time.Second)
		}
		if got := app.times("/recording"); !slices.Equal(got, want) {
			t.Errorf("callbacks go at %v, want four each at 9, 19 and 29 s", got)
		}
		if r.Requests.Late != 8 || r.Conversations.CallbacksIncomplete != 0 || r.Requests.Accepted != 36 {
			t.Errorf("%+v", r.Requests)
		}
	})
}

package twiliosim_test

import (
	"cmp"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

const (
	accountSID = "AC0123456789abcdef0123456789abcdef"
	token      = "token"
	caller     = "+15005550006"
	callee     = "+14155550100"
)

// twilio returns the official client of an account over a round tripper.
func twilio(rt http.RoundTripper) *api.ApiService {
	c := &client.Client{
		Credentials: client.NewCredentials(accountSID, token),
		HTTPClient:  &http.Client{Transport: rt},
	}
	c.SetAccountSid(accountSID)
	return api.NewApiService(client.NewRequestHandler(c))
}

// phoneTest is a test in fake time: an account, and the official client on it.
type phoneTest struct {
	*testing.T
	account *twiliosim.Account
	twilio  *api.ApiService
	begin   time.Time
}

// inBubble runs a test in fake time.
func inBubble(t *testing.T, cfg twiliosim.Config, run func(*phoneTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := twiliosim.New(cfg)
		defer a.Close()
		run(&phoneTest{T: t, account: a, twilio: twilio(a.Transport()), begin: time.Now()})
	})
}

// at waits for a moment counted from the beginning.
func (t *phoneTest) at(d time.Duration) {
	time.Sleep(time.Until(t.begin.Add(d)))
}

// order is a create from caller to callee, to be changed at will.
func order() *api.CreateCallParams {
	return (&api.CreateCallParams{}).SetFrom(caller).SetTo(callee).SetUrl("https://example.com/twiml")
}

// create places a call and returns its SID.
func (t *phoneTest) create(p *api.CreateCallParams) string {
	t.Helper()
	c, err := t.twilio.CreateCall(p)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return *c.Sid
}

// fetch asks for a call.
func (t *phoneTest) fetch(sid string) *api.ApiV2010Call {
	t.Helper()
	c, err := t.twilio.FetchCall(sid, nil)
	if err != nil {
		t.Fatalf("fetch: %v", err)
	}
	return c
}

// is checks the status the API shows of a call.
func (t *phoneTest) is(sid, status string) {
	t.Helper()
	if got := *t.fetch(sid).Status; got != status {
		t.Errorf("after %v status is %s, want %s", time.Since(t.begin), got, status)
	}
}

// hangUp ends a call and returns its status.
func (t *phoneTest) hangUp(sid string) string {
	t.Helper()
	c, err := t.twilio.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus("completed"))
	if err != nil {
		t.Fatalf("hang up: %v", err)
	}
	return *c.Status
}

// refused checks that err is Twilio's error with a code.
func (t *phoneTest) refused(err error, code int) {
	t.Helper()
	if got := codeOf(err); got != code {
		t.Errorf("refused with code %d (%v), want %d", got, err, code)
	}
}

// codeOf is the code of Twilio's error, -1 of another one, 0 of none.
func codeOf(err error) int {
	var rest *client.TwilioRestError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &rest):
		return rest.Code
	default:
		return -1
	}
}

// show returns what a field of a record says, "null" if nothing.
func show(s *string) string {
	if s == nil {
		return "null"
	}
	return cmp.Or(*s, `""`)
}

func TestZeroConfigIsFriendly(t *testing.T) {
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		c, err := t.twilio.CreateCall(order())
		if err != nil {
			t.Fatal(err)
		}
		if *c.Status != "queued" || c.StartTime != nil {
			t.Errorf("a new call is %s since %s, want queued and never started", *c.Status, show(c.StartTime))
		}
		t.is(*c.Sid, "in-progress")
		t.at(2 * time.Hour)
		t.is(*c.Sid, "in-progress")
		if got := t.hangUp(*c.Sid); got != "completed" {
			t.Errorf("hang-up made it %s, want completed", got)
		}
		if d := time.Since(t.begin); d != 2*time.Hour {
			t.Errorf("requests took %v, want no time", d-2*time.Hour)
		}
		if live := t.account.Live(); len(live) != 0 {
			t.Errorf("live afterwards: %v", live)
		}
	})
}

func TestNewPanicsOnNonsense(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]twiliosim.Config{
		"negative time":         {RingTime: -1},
		"negative rate":         {CPS: -1},
		"shares above 1":        {Busy: 0.6, NoAnswer: 0.6},
		"negative share":        {Failed: -0.1},
		"unknown order":         {ListOrder: 3},
		"account SID":           {SID: "AC1"},
		"fault of no operation": {Faults: []twiliosim.Fault{{Op: 99}}},
		"fault of no action":    {Faults: []twiliosim.Fault{{Do: 99}}},
		"fault that succeeds":   {Faults: []twiliosim.Fault{{Status: 200}}},
		"fault before time":     {Faults: []twiliosim.Fault{{From: -1}}},
		"share of a fault":      {Faults: []twiliosim.Fault{{Share: 2}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			twiliosim.New(cfg)
		}()
	}
}

func TestSameSeedSameAccount(t *testing.T) {
	cfg := twiliosim.Config{Busy: 0.3, NoAnswer: 0.3, Seed: 7}
	calls := func(cfg twiliosim.Config) (all []twiliosim.Call) {
		inBubble(t, cfg, func(t *phoneTest) {
			for range 50 {
				t.create(order())
			}
			t.at(time.Hour)
			all = t.account.Calls()
		})
		return all
	}
	one, two := calls(cfg), calls(cfg)
	cfg.Seed = 8
	other := calls(cfg)
	same := 0
	for i := range one {
		if one[i].SID != two[i].SID || one[i].Status != two[i].Status {
			t.Fatalf("call %d: %v and %v", i, one[i], two[i])
		}
		if one[i].SID == other[i].SID {
			t.Errorf("another seed gave the same SID")
		}
		if one[i].Status == other[i].Status {
			same++
		}
	}
	if same == len(one) {
		t.Error("another seed gave the same fates")
	}
}

func TestCredentials(t *testing.T) {
	cfg := twiliosim.Config{SID: accountSID, Password: token}
	inBubble(t, cfg, func(t *phoneTest) {
		sid := t.create(order())
		if _, err := t.twilio.FetchCall(sid, (&api.FetchCallParams{}).SetPathAccountSid("AC00000000000000000000000000000000")); codeOf(err) != 20404 {
			t.Errorf("another account's call: %v, want 20404", err)
		}
		t.account.SetPassword("rotated")
		_, err := t.twilio.FetchCall(sid, nil)
		t.refused(err, 20003)
		t.account.SetPassword(token)
		t.account.Suspend()
		_, err = t.twilio.CreateCall(order())
		t.refused(err, 20005)
		t.account.Resume()
		t.is(sid, "in-progress")
	})
	cfg.Username = "SK0123456789abcdef0123456789abcdef"
	inBubble(t, cfg, func(t *phoneTest) {
		_, err := t.twilio.CreateCall(order())
		t.refused(err, 20003) // only the key passes
	})
}

func TestPut(t *testing.T) {
	const sid = "CAFEDCBA98765432100123456789abcdef"
	inBubble(t, twiliosim.Config{RingTime: time.Minute, Busy: 1, CPS: 1}, func(t *phoneTest) {
		t.account.Put(sid, caller, "sip:alice@example.com")
		t.account.Put(sid, caller, callee)
		t.is(sid, "in-progress")
		if live := t.account.Live(); len(live) != 1 || live[0].To != "alice@example.com" {
			t.Errorf("live: %v, want the first put", live)
		}
		t.at(4*time.Hour - 1)
		t.is(sid, "in-progress")
		t.at(4 * time.Hour)
		t.is(sid, "completed")
	})
}

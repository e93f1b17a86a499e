package twiliosim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

// listTest has an account with six calls, whose names are known by SID. Bubbles begin at midnight UTC, 2000-01-01.
//
//	early    first day  0:00, from caller to callee; hung up after a minute
//	talking  first day  1:00, from caller to callee; ended by its time limit at 5:00:30
//	missed   first day  1:00, from another caller; not answered
//	late     second day 1:00, to another callee; ended by its time limit at 5:00:30
//	sip      third day  1:00, to a SIP address; ringing
//	queued   third day  1:00, from caller to callee
func listTest(t *testing.T, run func(t *phoneTest, names map[string]string)) {
	inBubble(t, twiliosim.Config{CPS: 2, RingTime: 30 * time.Second}, func(t *phoneTest) {
		early := t.create(order())
		t.at(time.Minute)
		t.hangUp(early)
		t.at(time.Hour)
		talking := t.create(order())
		missed := t.create(order().SetFrom("+15005550009").SetTimeout(1))
		t.at(25 * time.Hour)
		late := t.create(order().SetTo("+14155550101"))
		t.at(49 * time.Hour)
		sip := t.create(order().SetTo("sip:alice@example.com"))
		queued := t.create(order())
		run(t, map[string]string{early: "early", talking: "talking", missed: "missed", late: "late", sip: "sip", queued: "queued"})
	})
}

// named lists calls by their names, in the order given.
func named(calls []api.ApiV2010Call, names map[string]string) string {
	var s []string
	for _, c := range calls {
		s = append(s, names[*c.Sid])
	}
	return strings.Join(s, " ")
}

func TestListFilters(t *testing.T) {
	const clock = "2000-01-01T01:00:00Z"
	for _, row := range []struct{ says, query, want string }{
		{"everything, newest first", "", "queued sip late missed talking early"},
		{"by destination", "To=%2B14155550101", "late"},
		{"by caller", "From=%2B15005550009", "missed"},
		{"by pair", "From=%2B15005550006&To=%2B14155550100", "queued talking early"},
		{"by a pair without calls", "From=%2B14155550100&To=%2B15005550006", ""},
		{"by pair and status", "From=%2B15005550006&To=%2B14155550100&Status=completed", "talking early"},
		{"by status", "Status=no-answer", "missed"},
		{"by another one", "Status=queued", "queued"},
		{"an empty filter is none", "Status=queued&To=", "queued"},
		{"names of filters are case sensitive", "status=queued", "queued sip late missed talking early"},
		{"a SIP address as it is stored", "To=alice@example.com", "sip"},
		{"a SIP address as it was dialed finds nothing", "To=sip:alice@example.com", ""},
		{"by parent: no call has one", "ParentCallSid=CA0123456789abcdef0123456789abcdef", ""},

		{"started at or after; queued calls have not", "StartTime%3E=" + clock, "sip late missed talking"},
		{"a second later", "StartTime%3E=2000-01-01T01:00:01Z", "sip late"},
		{"started before", "StartTime%3C=" + clock, "early"},
		{"started at that second, fractions aside", "StartTime=" + clock, "missed talking"},
		{"in another time zone", "StartTime=2000-01-01T03:00:00%2B02:00", "missed talking"},
		{"started on a day", "StartTime=2000-01-02", "late"},
		{"before a day", "StartTime%3C=2000-01-02", "missed talking early"},
		{"on or after a day", "StartTime%3E=2000-01-02", "sip late"},
		{"between", "StartTime%3E=2000-01-01T00:30:00Z&StartTime%3C=2000-01-03", "late missed talking"},
		{"nothing is both", "StartTime=2000-01-02&StartTime%3C=2000-01-02", ""},
		{"ended at or after; only completed calls show an end", "EndTime%3E=2000-01-01", "late talking early"},
		{"ended before", "EndTime%3C=2000-01-01T00:01:00Z", ""},
		{"ended at that second", "EndTime=2000-01-01T00:01:00Z", "early"},
		{"ended on a day", "EndTime=2000-01-02", "late"},
	} {
		t.Run(row.says, func(t *testing.T) {
			listTest(t, func(t *phoneTest, names map[string]string) {
				var page api.ListCallResponse
				if code := t.get("Calls.json?"+row.query, &page); code != 0 {
					t.Fatalf("refused with code %d", code)
				}
				if got := named(page.Calls, names); got != row.want {
					t.Errorf("%q, want %q", got, row.want)
				}
			})
		})
	}
}

func TestListRefusesNonsense(t *testing.T) {
	for query, code := range map[string]int{
		"PageSize=1001":        20007,
		"PageSize=0":           20422,
		"PageSize=ten":         20422,
		"Page=-1":              20422,
		"Status=gone":          20422,
		"Status=Queued":        20422,
		"StartTime=yesterday":  20422,
		"EndTime%3C=2000-13-1": 20422,
		"PageToken=PA1":        20422,
		"PageToken=CA0123456789abcdef0123456789abcdef":   20422,
		"PageToken=PACA0123456789abcdef0123456789abcdef": 20422, // not a call of ours
		"To=%":          20422,
		"PageSize=1000": 0,
	} {
		inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
			if got := t.get("Calls.json?"+query, nil); got != code {
				t.Errorf("%s: code %d, want %d", query, got, code)
			}
		})
	}
}

// get asks for something under the account, decodes the answer into v if that is not nil, and returns Twilio's code.
func (t *phoneTest) get(path string, v any) int {
	t.Helper()
	c := http.Client{Transport: t.account.Transport()}
	answer, err := c.Get("https://api.twilio.com/2010-04-01/Accounts/" + accountSID + "/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		var refusal client.TwilioRestError
		if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil || refusal.Status != answer.StatusCode {
			t.Errorf("refusal %v says status %d, the answer %d", err, refusal.Status, answer.StatusCode)
		}
		return refusal.Code
	}
	if v != nil {
		if err := json.NewDecoder(answer.Body).Decode(v); err != nil {
			t.Fatal(err)
		}
	}
	return 0
}

func TestPagesAreStable(t *testing.T) {
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		var want []string
		for range 25 {
			want = append(want, t.create(order()))
		}
		t.create(order().SetTo("+14155550101"))
		path := "Calls.json?PageSize=10&From=" + url.QueryEscape(caller) + "&To=" + url.QueryEscape(callee)
		var got []string
		for number := 0; path != ""; number++ {
			var page api.ListCallResponse
			if code := t.get(path, &page); code != 0 {
				t.Fatalf("page %d: code %d", number, code)
			}
			for _, c := range page.Calls {
				got = append(got, *c.Sid)
			}
			if page.Page != number || page.PageSize != 10 || page.Start != 10*number || page.End != page.Start+len(page.Calls)-1 {
				t.Errorf("page %d says it is page %d of %d, %d to %d", number, page.Page, page.PageSize, page.Start, page.End)
			}
			path = ""
			if page.NextPageUri != nil {
				path = strings.TrimPrefix(*page.NextPageUri, "/2010-04-01/Accounts/"+accountSID+"/")
			}
			t.create(order())                            // comes in above
			t.hangUp(*page.Calls[len(page.Calls)-1].Sid) // the last one seen goes
			t.refused(t.twilio.DeleteCall(got[len(got)-1], nil), 0)
		}
		if len(got) != len(want) {
			t.Fatalf("%d calls listed, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[len(want)-1-i] {
				t.Errorf("call %d of the list is not the %dth newest", i, i)
			}
		}
	})
}

// Each order has its pages, which lose nothing and show nothing twice.
func TestOrdersOfLists(t *testing.T) {
	for by, want := range map[twiliosim.Order]string{
		twiliosim.ByCreation: "7 6 5 4 3 2 1",
		twiliosim.ByStart:    "3 2 1 7 6 5 4", // the account dials one a second
		twiliosim.Shuffled:   "3 5 1 7 6 2 4",
	} {
		inBubble(t, twiliosim.Config{CPS: 1, ListOrder: by}, func(t *phoneTest) {
			names := map[string]string{}
			for i := range 7 {
				names[t.create(order())] = strconv.Itoa(i + 1)
			}
			t.at(2 * time.Second)
			calls, err := t.twilio.ListCall((&api.ListCallParams{}).SetPageSize(2).SetTo(callee))
			if got := named(calls, names); err != nil || got != want {
				t.Errorf("order %d: %s (%v), want %s", by, got, err, want)
			}
		})
	}
}

// Records, filters and the Date header go by the account's own clock.
func TestTheClockMayBeAhead(t *testing.T) {
	for _, ahead := range []time.Duration{7 * time.Minute, -7 * time.Minute} {
		inBubble(t, twiliosim.Config{ClockAhead: ahead}, func(t *phoneTest) {
			sid := t.create(order())
			theirs := t.begin.Add(ahead).UTC()
			call := t.fetch(sid)
			if *call.DateCreated != theirs.Format(time.RFC1123Z) || *call.StartTime != theirs.Format(time.RFC1123Z) {
				t.Errorf("created %s, started %s, want both at %v", *call.DateCreated, *call.StartTime, theirs)
			}
			if got := t.account.Calls()[0].Created; !got.Equal(t.begin) {
				t.Errorf("in truth created at %v, want %v", got, t.begin)
			}
			for since, want := range map[time.Time]int{theirs: 1, theirs.Add(time.Second): 0} {
				calls, err := t.twilio.ListCall((&api.ListCallParams{}).SetStartTimeAfter(since))
				if err != nil || len(calls) != want {
					t.Errorf("%d calls since %v (%v), want %d", len(calls), since, err, want)
				}
			}
			c := http.Client{Transport: t.account.Transport()}
			answer, err := c.Get("https://api.twilio.com/")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if date := answer.Header.Get("Date"); date != theirs.Format(http.TimeFormat) {
				t.Errorf("Date: %s, want %v", date, theirs)
			}
		})
	}
}

// A call of long ago looks as if the account had been there then.
func TestPutEarlier(t *testing.T) {
	inBubble(t, twiliosim.Config{TalkTime: time.Minute}, func(t *phoneTest) {
		t.at(2 * time.Hour)
		t.account.PutEarlier("CA00000000000000000000000000000001", caller, callee, time.Hour)
		t.account.Put("CA00000000000000000000000000000002", caller, callee)
		then := t.account.Calls()[0]
		if !then.Created.Equal(t.begin.Add(time.Hour)) || then.Status != "completed" || !then.Ended.Equal(t.begin.Add(time.Hour+time.Minute)) {
			t.Errorf("%+v, want a call of a minute, an hour ago", then)
		}
		if live := t.account.Live(); len(live) != 1 || live[0].SID != "CA00000000000000000000000000000002" {
			t.Errorf("live: %+v, want the other one", live)
		}
	})
}

func TestOfficialClientFollowsPages(t *testing.T) {
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		for range 7 {
			t.create(order())
		}
		before := t.account.Requests(twiliosim.OpList)
		calls, err := t.twilio.ListCall((&api.ListCallParams{}).SetPageSize(3).SetTo(callee).SetStartTimeAfter(t.begin))
		if err != nil || len(calls) != 7 {
			t.Errorf("%d calls (%v), want 7", len(calls), err)
		}
		if n := t.account.Requests(twiliosim.OpList) - before; n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}

func TestListDelay(t *testing.T) {
	inBubble(t, twiliosim.Config{ListDelay: 3 * time.Second}, func(t *phoneTest) {
		sid := t.create(order())
		for _, row := range []struct {
			at     time.Duration
			listed int
		}{{3*time.Second - 1, 0}, {3 * time.Second, 1}} {
			t.at(row.at)
			t.is(sid, "in-progress")
			if calls, err := t.twilio.ListCall(nil); err != nil || len(calls) != row.listed {
				t.Errorf("after %v %d calls are listed (%v), want %d", row.at, len(calls), err, row.listed)
			}
		}
	})
}

func TestPaths(t *testing.T) {
	for path, code := range map[string]int{
		"Calls.json":  0,
		"calls.json":  20404,
		"Calls":       20404,
		"Calls/":      20404,
		"Calls/.json": 20404,
		"Calls/CA0123456789abcdef0123456789abcdef":      20404,
		"Calls/CA0123456789abcdef0123456789abcdef.json": 20404,
		"Messages.json": 20404,
	} {
		inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
			if got := t.get(path, nil); got != code {
				t.Errorf("%s: code %d, want %d", path, got, code)
			}
		})
	}
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		c := http.Client{Transport: t.account.Transport()}
		r, err := http.NewRequest("DELETE", "http://x/2010-04-01/Accounts/"+accountSID+"/Calls.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.Do(r)
		if err != nil || answer.StatusCode != 405 {
			t.Fatalf("DELETE of the list: %v, %v, want 405", answer, err)
		}
		answer.Body.Close()
	})
}

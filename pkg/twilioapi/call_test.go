package twilioapi

import (
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// In a record of the library everything may be missing, or nonsense.
func TestFromAPI(t *testing.T) {
	text := func(s string) *string { return &s }
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	date := text("Sun, 22 Nov 2026 12:00:00 +0000")
	got := fromAPI(&api.ApiV2010Call{
		Sid: text("CA1"), From: text("a"), To: text("b"), Status: text("completed"), Direction: text("outbound-api"),
		DateCreated: date, DateUpdated: date, StartTime: date, EndTime: date,
		Duration: text("61"), QueueTime: text("1500"), Price: text("-0.014"), PriceUnit: text("USD"),
	})
	for what, at := range map[string]*time.Time{"created": &got.Created, "updated": &got.Updated, "started": &got.Started, "ended": &got.Ended} {
		if !at.Equal(noon) {
			t.Errorf("%s %v, want noon", what, at)
		}
		*at = noon
	}
	want := Call{"CA1", "a", "b", "completed", "outbound-api", noon, noon, noon, noon, 61 * time.Second, 1500 * time.Millisecond, "-0.014", "USD"}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := fromAPI(&api.ApiV2010Call{}); got != (Call{}) {
		t.Errorf("%+v of nothing", got)
	}
	if got := fromAPI(&api.ApiV2010Call{DateCreated: text("noon"), Duration: text("long"), QueueTime: text("")}); got != (Call{}) {
		t.Errorf("%+v of nonsense", got)
	}
}

func TestOver(t *testing.T) {
	for _, status := range LiveStatuses {
		if (Call{Status: status}).IsOver() {
			t.Errorf("a call that is %s is over", status)
		}
	}
	for _, status := range OverStatuses {
		if !(Call{Status: status}).IsOver() {
			t.Errorf("a call that is %s is not over", status)
		}
	}
	ended, updated := time.Unix(1, 0), time.Unix(2, 0)
	if got := (Call{Ended: ended, Updated: updated}).Over(); !got.Equal(ended) {
		t.Errorf("over at %v, want its end", got)
	}
	if got := (Call{Updated: updated}).Over(); !got.Equal(updated) {
		t.Errorf("over at %v, want when it was changed last", got)
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("a\x1b[2J\r\nb\u0085\u202ec\u2028\x07é 号"); got != "a[2J  b c é 号" {
		t.Errorf("%q", got)
	}
}

package dialog_test

import (
	"reflect"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A caller takes its turns, one after the other, and then has nothing left to do.
func TestACallerTakesTurns(t *testing.T) {
	keys, hangUp := dialog.Turn{Kind: dialog.TurnKeys, Text: "1", CutsIn: true}, dialog.Turn{Kind: dialog.TurnHangUp}
	c := &dialog.Caller{In: &dialog.Session{Turns: []dialog.Turn{keys, hangUp}}, Opened: time.Second, Now: 3 * time.Second}
	for i, want := range []struct {
		turn   dialog.Turn
		ending dialog.SessionEnding
	}{{keys, dialog.SessionLive}, {hangUp, dialog.SessionHungUp}, {dialog.Turn{}, dialog.SessionFinished}} {
		upcoming := c.Upcoming()
		if got, ending := c.NextTurn(); !reflect.DeepEqual(got, want.turn) || !reflect.DeepEqual(upcoming, got) || ending != want.ending {
			t.Errorf("turn %d: %+v, %v, upcoming %+v; want %+v", i, got, ending, upcoming, want)
		}
	}
	c.FindNoTaker()
	if c.Quiet != c.Now {
		t.Errorf("quiet until %v, want %v", c.Quiet, c.Now)
	}
	c.EndAs(dialog.SessionEndedByAgent, webhook.RelayClosed)
	c.EndAs(dialog.SessionFailed, webhook.NoWord) // too late
	c.HandoffData = "x"
	want := dialog.SessionEnd{Ending: dialog.SessionEndedByAgent, Code: webhook.RelayClosed, HandoffData: "x", Lasted: 2 * time.Second, Turns: 2, NoTaker: 1}
	if got := c.End(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What follows is handed out once.
func TestACallerHandsOut(t *testing.T) {
	c := &dialog.Caller{Now: time.Second}
	c.ConcludeAnswer(0)
	c.ConcludeInterruption()
	c.Send([]byte("a"))
	c.Send([]byte("b"))
	c.Ask()
	if !c.IsAwaiting() {
		t.Error("it does not wait for the answer")
	}
	want := dialog.SessionNext{Send: [][]byte{[]byte("a"), []byte("b")}, Asked: true}
	if got := c.HandOut(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}

	c.Answer.Answered, c.Answer.First = true, 3*time.Second
	if c.IsAwaiting() {
		t.Error("it waits for an answer that has begun")
	}
	c.Interrupted = &dialog.Interruption{At: 4 * time.Second}
	c.EndAs(dialog.SessionInterrupted, webhook.Accepted)
	c.ConcludeAnswer(2 * time.Second)
	c.ConcludeInterruption()
	want = dialog.SessionNext{
		Over:         true,
		Answer:       &dialog.Answer{Asked: time.Second, Answered: true, First: 3 * time.Second, Late: true, Cut: true},
		Interruption: &dialog.Interruption{At: 4 * time.Second},
	}
	if got := c.HandOut(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := c.HandOut(); !reflect.DeepEqual(got, dialog.SessionNext{Over: true}) {
		t.Errorf("%+v, want nothing but that it is over", got)
	}
}

// A thousand messages that Twilio would not process are too many.
func TestACallerCountsWhatIsRejected(t *testing.T) {
	var c dialog.Caller
	for i := 1; i <= 1000; i++ {
		if tooMany := c.CountRejected(); tooMany != (i == 1000) || c.Rejected() != i {
			t.Fatalf("%d: too many: %v, %d rejected", i, tooMany, c.Rejected())
		}
	}
}

func TestReadMessage(t *testing.T) {
	for text, want := range map[string]string{
		`{"at":1,"more":2}`: "",
		`{"at":"x"}`:        "at must not be a JSON string",
		`[]`:                "it is not a JSON object",
		`{`:                 "it is not a JSON object",
	} {
		var m struct {
			At int `json:"at"`
		}
		got := ""
		if err := dialog.ReadMessage([]byte(text), &m); err != nil {
			got = err.Error()
		}
		if got != want || want == "" && m.At != 1 {
			t.Errorf("%s: %q and %+v, want %q", text, got, m, want)
		}
	}
}

package dialog_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/webhook"
)

// play plays a conversation to its end, as one who sends requests would, and
// returns all that was sent, in the order of time.
func (tr *transcript) play() string {
	for next := (dialog.Next{}); ; next = tr.ask() {
		tr.tellOf(next)
		if tr.stop > 0 && tr.clock+next.Wait > tr.stop {
			after := max(0, tr.stop-tr.clock) // an answer that is awaited comes first
			next = tr.c.HangUp(after)
			tr.clock, tr.stop = tr.clock+after, 0
			tr.tellOf(next)
		}
		if next.Status != nil {
			tr.tell(*next.Status)
		}
		for next.Session != nil {
			tr.clock += next.Wait
			next = tr.converse(next.Session)
			tr.tellOf(next)
			if next.Status != nil {
				tr.tell(*next.Status)
			}
		}
		if next.Over {
			break
		}
		tr.clock += next.Wait
	}
	end := "not as meant"
	if tr.c.AsMeant() {
		end = "as meant"
	}
	if code := tr.c.Code(); code != 0 {
		end = fmt.Sprintf("%d, %s", code, end)
	}
	counts := tr.c.Counts()
	if counts.NoTaker > 0 {
		end += fmt.Sprintf(", %d of %d turns found no taker", counts.NoTaker, counts.Turns)
	}
	if counts.Elsewhere > 0 {
		end += fmt.Sprintf(", %d elsewhere", counts.Elsewhere)
	}
	if n := tr.c.Minutes(); n > 0 {
		end += fmt.Sprintf(", minutes: %d", n)
	}
	tr.add(tr.c.Lasted(), "%v, %s", tr.c.Ending(), end)
	slices.SortStableFunc(tr.events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	var all strings.Builder
	for _, e := range tr.events {
		fmt.Fprintf(&all, "%v %s\n", e.at, e.text)
	}
	return all.String()
}

// tellOf tells of what happens besides the conversation.
func (tr *transcript) tellOf(next dialog.Next) {
	for _, f := range next.Forks {
		at := tr.clock + f.Wait
		if f.Begin == nil {
			tr.add(at, "stream %s… ends", f.End[:2])
			continue
		}
		tr.add(at, "stream %s… begins at %s signed %s", f.Begin.SID[:2], f.Begin.Send, f.Begin.URL)
		tr.tellStatus(at, f.Begin, 0, dialog.StreamFailed)
	}
	tr.tell(next.Callbacks...)
}

// tellStatus tells of the status callback of a stream that had an event.
func (tr *transcript) tellStatus(at time.Duration, s *dialog.Session, after time.Duration, event string) {
	if r := s.Status(event, "31920", after); r != nil {
		tr.add(at, "%s", tr.text(r))
	}
}

func (tr *transcript) add(at time.Duration, format string, args ...any) {
	tr.events = append(tr.events, event{at, fmt.Sprintf(format, args...)})
}

func (tr *transcript) tell(callbacks ...dialog.Request) {
	for _, r := range callbacks {
		tr.add(tr.clock+r.Wait, "%s", tr.text(&r))
	}
}

// ask sends the request that is due and tells what is answered.
func (tr *transcript) ask() dialog.Next {
	var r dialog.Request
	tr.c.Request(&r)
	tr.add(tr.clock, "%s", tr.text(&r))
	u, err := url.Parse(r.SignURL)
	if err != nil {
		tr.t.Fatal(err)
	}
	path := cmp.Or(u.Path, "/")
	answers := tr.answers[path]
	if len(answers) == 0 {
		tr.t.Fatalf("there is no answer to %s", path)
	}
	text := answers[0]
	if len(answers) > 1 {
		tr.answers[path] = answers[1:]
	}

	took, at := tr.took, ""
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml")}
	for {
		word, rest, _ := strings.Cut(text, " ")
		if word != "to" && word != "took" && word != "cookie" {
			break
		}
		value, rest, _ := strings.Cut(rest, " ")
		switch word {
		case "to":
			if at = value; !tr.player.May(mustParse(tr.t, at)) {
				tr.clock += took
				return tr.c.Elsewhere(took)
			}
		case "took":
			if took, err = time.ParseDuration(value); err != nil {
				tr.t.Fatal(err)
			}
		case "cookie":
			cookie, date, _ := strings.Cut(value, "@")
			tr.c.SetCookies(cmp.Or(at, r.SignURL), []string{strings.ReplaceAll(cookie, "_", " ")}, strings.ReplaceAll(date, "_", " "))
		}
		text = rest
	}
	tr.clock += took
	if contentType, rest, ok := strings.Cut(text, ": "); ok && !strings.Contains(contentType, "<") {
		answer.ContentType, text = []byte(contentType), rest
	}
	if code, err := strconv.Atoi(text); err == nil {
		if code >= 1000 || code < 0 {
			return tr.c.Answered(webhook.Reading{Verdict: webhook.Verdict{Code: webhook.Code(code)}}, "", took)
		}
		answer.Status, text = code, ""
	}
	answer.Body = []byte(text)
	return tr.c.Answered(tr.judge.Read(answer, r.TollFree), at, took)
}

// converse tells how a session ends.
func (tr *transcript) converse(s *dialog.Session) dialog.Next {
	to := mustParse(tr.t, s.URL)
	tr.add(tr.clock, "session %s %s at %s signed %s with %d turns", s.Noun.Name, s.SID[:2]+"…", s.Send, s.URL, len(s.Turns))
	answers := tr.answers[to.Path]
	if len(answers) == 0 {
		tr.t.Fatalf("nothing says how the session at %s ends", to.Path)
	}
	words := strings.SplitN(answers[0], " ", 3)
	tr.answers[to.Path] = answers[min(1, len(answers)-1):]
	took, err := time.ParseDuration(words[1])
	if err != nil {
		tr.t.Fatal(err)
	}
	end := dialog.SessionEnd{Lasted: took, Turns: min(1, len(s.Turns))}
	switch words[0] {
	case "ended":
		end.Ending = dialog.SessionEndedByAgent
		if len(words) > 2 {
			end.HandoffData = words[2]
		}
	case "finished":
		end.Ending = dialog.SessionFinished
	case "hungup":
		end.Ending = dialog.SessionHungUp
	case "stopped":
		end.Ending = dialog.SessionInterrupted
	case "failed":
		code, _ := strconv.Atoi(words[2])
		end.Ending, end.Code = dialog.SessionFailed, webhook.Code(code)
	default:
		tr.t.Fatalf("no session ends so: %s", words[0])
	}
	tr.tellStatus(tr.clock, s, 0, dialog.StreamStarted)
	tr.clock += took
	tr.tellStatus(tr.clock, s, took, dialog.StreamStopped)
	return tr.c.SessionEnded(end, took)
}

// text returns a request: its role and step, the URL if it is not of the
// webhook's origin or has a query, and its fields. Those that all requests of
// the conversation have, and have alike, are shown in the first only if the row
// gives them.
func (tr *transcript) text(r *dialog.Request) string {
	var all strings.Builder
	fmt.Fprintf(&all, "%v %s", r.Role, r.Step)
	if query := mustParse(tr.t, r.URL).RawQuery; query != "" {
		fmt.Fprintf(&all, "?%s", query)
	}
	if r.URL != r.SignURL {
		fmt.Fprintf(&all, " at %s signed %s", r.URL, r.SignURL)
	}
	fields := map[string]string{}
	for _, f := range r.Fields {
		fields[f.Name] = f.Value
	}
	if len(fields) != len(r.Fields) {
		tr.t.Errorf("%s has a field twice: %v", r.Step, r.Fields)
	}
	if tr.fields == nil {
		tr.fields = maps.Clone(fields)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		status := name == "CallStatus" || name == "Body"
		if standard, ok := tr.fields[name]; ok && !status && (r.Role == dialog.First || standard == fields[name]) {
			continue
		}
		value := fields[name]
		if strings.ContainsAny(value, " ,") || value == "" {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&all, " %s=%s", name, transcripttest.WithoutSIDs(value))
	}
	var missing []string
	for name := range tr.fields {
		if _, ok := fields[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(&all, " without %d standard fields", len(missing))
	}
	if r.Cookie != "" {
		fmt.Fprintf(&all, " Cookie: %s", r.Cookie)
	}
	return all.String()
}

func mustParse(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

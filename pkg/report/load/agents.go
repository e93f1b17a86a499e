package load

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

// agents says what became of the sessions with voice agents, one agent after the
// other.
func (t *text) agents() {
	for _, a := range t.Agents {
		t.label("Voice agent", "%s", a.URL)
		t.label("Sessions", "%d begun%s", a.Begun, sessionEndings(a))
		list := make([]string, 0, len(a.NotOpened))
		for _, c := range a.NotOpened {
			list = append(list, fmt.Sprintf("%d × %s", c.Sessions, c.Cause))
		}
		t.list("Not opened because", list)
		list = list[:0]
		for _, v := range a.Verdicts {
			list = append(list, fmt.Sprintf("%d × %s", v.Requests, v))
		}
		t.list("Verdict on sessions", list)
		if a.Forged > 0 {
			t.label("Bad handshakes", "%d sent, %d refused, %d let through", a.Forged, a.Refused, a.LetThrough)
		}
		t.label("Sessions live, peak", "%d", a.PeakLive)
		if a.Handshake.Count > 0 {
			t.label("Handshake", "p50 %s, p99 %s", milliseconds(a.Handshake.P50), milliseconds(a.Handshake.P99))
		}
		t.answers(a)
		if a.Frames > 0 {
			t.label("Frames of 20 ms", "%d sent, %s after they were due; %d late", a.Frames, worst(a.FrameDelay), a.FramesLate)
		}
	}
}

// answers says how fast an agent answered.
func (t *text) answers(a attack.Agent) {
	if a.Turns == 0 {
		t.label("Turns answered", "none was taken")
		return
	}
	t.label("Turns answered", "%d of %d, %s; after %d no word came within %s", a.Answered, a.WordsDue(), report.Percent(a.Answered, a.WordsDue()), a.Impatient, milliseconds(a.Patience))
	if a.Unheard > 0 {
		t.more("(%d more were waited for when the run was stopped)", a.Unheard)
	}
	if a.HandedOff > 0 {
		t.more("(%d more were answered by a hand-off, without a word)", a.HandedOff)
	}
	if a.Unfinished > 0 {
		t.more("(%s without a last token)", report.Count(a.Unfinished, "answer"))
	}
	if a.Answered > 0 {
		t.label("First word", "%s", worst(a.FirstWord))
		t.label("Whole answer", "%s", worst(a.Answer))
	}
	if a.Tokens > 0 {
		t.label("Tokens", "%d, %s a second while it answers", a.Tokens, report.Number(a.TokenRate))
	}
	if a.AudioRate > 0 {
		t.label("Audio", "%s s of it a second while the agent answers", report.Number(a.AudioRate))
	}
	switch {
	case a.Interruptions == 0:
	case a.Frames > 0:
		t.label("Interruptions", "%d: the agent was still heard for %s", a.Interruptions, worst(a.TalkingOn))
	default:
		t.label("Interruptions", "%d: %d honoured at once, %d talked on", a.Interruptions, a.Interruptions-a.TalkedOn, a.TalkedOn)
		if a.TalkedOn > 0 {
			t.more("(%s)", worst(a.TalkingOn))
		}
	}
	if a.Late > 0 {
		t.label("Turns sent late", "%d by %s or more, the worst by %s", a.Late, milliseconds(late), milliseconds(a.MostLate))
	}
}

func worst(q attack.Times) string {
	return fmt.Sprintf("p50 %s, p90 %s, p99 %s, worst %s", milliseconds(q.P50), milliseconds(q.P90), milliseconds(q.P99), milliseconds(q.Max))
}

// sessionEndings says how sessions ended; what did not occur is left out.
func sessionEndings(a attack.Agent) string {
	var parts []string
	for _, e := range []struct {
		n   int
		how string
	}{
		{a.Finished, "finished"}, {a.EndedByAgent, "ended by the agent"}, {a.HungUpByCaller, "hung up by the caller"},
		{a.Failed, "failed"}, {a.Interrupted, "interrupted"},
	} {
		if e.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", e.n, e.how))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// firstWordAgainst writes the 99th percentile of the time to the first word so
// that it does not read like a limit that it is not, or why there is none.
func (r Report) firstWordAgainst(limit float64) string {
	switch text := milliseconds(r.FirstWordP99()); {
	case len(r.Agents) == 0:
		return "unknown: no session was begun"
	case !r.HasFirstWord():
		return "unknown: " + r.whyNoFirstWord()
	case text == milliseconds(limit):
		return report.Apart(r.FirstWordP99(), limit) + " ms"
	default:
		return text
	}
}

// whyNoFirstWord says how the first agent that is silent left callers without a
// word.
func (r Report) whyNoFirstWord() string {
	for _, a := range r.Agents {
		turns := a.WordsDue()
		switch {
		case !a.IsSilent():
		case 100*(turns-a.Answered) > turns:
			return fmt.Sprintf("%d of %d turns were not answered", turns-a.Answered, turns)
		case 100*a.Unopened() > turns:
			return fmt.Sprintf("%d of %d sessions were not opened", a.Unopened(), a.Begun)
		default:
			return "too many callers got no word"
		}
	}
	return "no turn was to be answered with a word"
}

func (r Report) agentTiles(p *report.Page) {
	for _, a := range r.Agents {
		p.Tile("Sessions", fmt.Sprint(a.Begun), strings.TrimPrefix(sessionEndings(a), ": ")+", with "+a.URL)
		if a.Answered > 0 {
			p.Tile("First word, p50", milliseconds(a.FirstWord.P50), fmt.Sprintf("of %d answers", a.Answered))
			p.Tile("First word, p99", milliseconds(a.FirstWord.P99), "the slowest "+milliseconds(a.FirstWord.Max))
		}
	}
}

// firstWords draws how long callers waited for the first word, when and with how
// many sessions live: where the agent gives in.
func (r Report) firstWords(p *report.Page) {
	if !slices.ContainsFunc(r.Timeline, func(i attack.Interval) bool { return i.FirstWordP99 > 0 }) {
		return
	}
	of := func(name string, colour chart.Colour, value func(attack.Interval) float64) chart.Line {
		return r.line(chart.Line{Name: name, Colour: colour}, func(i attack.Interval) float64 { return report.OrGap(int(math.Ceil(i.FirstWordP99)), value(i)) })
	}
	p99 := func(i attack.Interval) float64 { return i.FirstWordP99 }
	p.Draw(report.Figure{
		Title: "First word over time", Unit: "milliseconds",
		Sentence: "How long after a turn the agent's first word came, by when the turn was over.",
	}, r.chart(
		of("p99: 99 % came sooner", chart.Orange, p99),
		of("p50: half came sooner", chart.Blue, func(i attack.Interval) float64 { return i.FirstWordP50 })))
	p.Draw(report.Figure{
		Title: "Sessions live", Unit: "sessions at once",
		Sentence: "How many sessions were begun and not over." + r.span().Binned(),
	}, r.chart(r.line(chart.Line{Name: "the most at once", Colour: chart.Green, Fill: true},
		func(i attack.Interval) float64 { return float64(i.Sessions) })))
	r.firstWordBySessions(p, p99)
}

// firstWordBySessions draws the first word against the sessions that were live.
func (r Report) firstWordBySessions(p *report.Page, p99 func(attack.Interval) float64) {
	slowest := make(map[int]float64) // by sessions live
	for _, i := range r.Timeline {
		if i.FirstWordP99 > 0 {
			slowest[i.Sessions] = max(slowest[i.Sessions], p99(i))
		}
	}
	line := chart.Line{Name: "p99 of an interval, the slowest of those with as many sessions", Colour: chart.Orange}
	for sessions, ms := range slowest {
		line.Points = append(line.Points, chart.Point{X: float64(sessions), Y: ms})
	}
	if len(line.Points) < 2 {
		return
	}
	slices.SortFunc(line.Points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
	end := line.Points[len(line.Points)-1].X
	drawn := &chart.Chart{X: "sessions live at once", End: end, Lines: []chart.Line{line}}
	p.Draw(report.Figure{
		Title: "First word against sessions live", Unit: "milliseconds",
		Sentence: "Where the line rises the agent gives in.",
	}, drawn)
}

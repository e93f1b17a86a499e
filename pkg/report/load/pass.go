package load

import (
	"fmt"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
)

// pass says whether the run has reached what was asked of it, and how far it
// was from that.
func (r Report) pass() string {
	var limits []string
	if limit := r.Pass.MaxFailedPercent; limit != nil {
		limits = append(limits, fmt.Sprintf("failed %s, at most %v %%", r.failedAgainst(*limit), *limit))
	}
	if limit := r.Pass.MaxP99; limit != nil {
		limits = append(limits, fmt.Sprintf("p99 %s, at most %s", r.p99Against(*limit), milliseconds(*limit)))
	}
	if limit := r.Pass.MaxFirstWord; limit != nil {
		limits = append(limits, fmt.Sprintf("p99 of the first word %s, at most %s", r.firstWordAgainst(*limit), milliseconds(*limit)))
	}
	if limit := r.Pass.MinAsMeant; limit != nil {
		limits = append(limits, fmt.Sprintf("conversations as meant %s, at least %v %%", r.asMeantAgainst(*limit), *limit))
	}
	if limit := r.Pass.MaxSlower; limit != nil {
		limits = append(limits, fmt.Sprintf("p99 against before %s, at most +%v %% beyond chance", r.slowerAgainst(*limit), *limit))
		if c := r.Comparison; c != nil && c.SlowerWord != "" {
			limits = append(limits, fmt.Sprintf("p99 of the first word against before %s, at most +%v %% beyond chance", r.slower(attack.FirstWordP99, c.SlowerWord, *limit), *limit))
		}
	}
	verdict := map[bool]string{true: "passed", false: "missed"}[r.Pass.Passed]
	which := ""
	if len(limits) > 1 && len(r.Pass.Missed) > 0 {
		which = strings.Replace(", namely "+strings.Join(r.Pass.Missed, " and "), "Slower", r.slowerParts(), 1)
	}
	return fmt.Sprintf("%s (%s)%s", verdict, strings.Join(limits, "; "), which)
}

// failedAgainst writes the share of failed requests so that it does not read
// like a limit that it is not.
func (r Report) failedAgainst(limit float64) string {
	if r.Requests.Sent == 0 {
		return "unknown: no request was sent"
	}
	return report.Apart(r.IncompletePercent(), 0, 100, limit) + " %"
}

// p99Against writes the 99th percentile of the latency likewise, or why there
// is none.
func (r Report) p99Against(limit float64) string {
	switch text := milliseconds(r.Latency.P99); {
	case r.Requests.Sent == 0:
		return "unknown: no request was sent"
	case !r.HasP99():
		return fmt.Sprintf("unknown: %d of %s died unanswered", r.Requests.Untimed, report.Count(r.Requests.Sent, "request"))
	case text == milliseconds(limit):
		return report.Apart(r.Latency.P99, limit) + " ms"
	default:
		return text
	}
}

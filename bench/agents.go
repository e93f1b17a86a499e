package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"

	"github.com/gobwas/ws/wsutil"
)

// agents: how much does it take to talk to a voice agent in 5,000 sessions at once,
// each with a turn in five seconds: 14 characters are spoken in one, the answer of 28
// in two, and then the caller thinks for two?
func agents(b *bench) error {
	const rate, turns, calls = 250, 16, 5_000
	url, stop, err := serveAgent("ConversationRelay", agree)
	if err != nil {
		return err
	}
	defer stop()
	then := strings.TrimSuffix(strings.Repeat(`"hello and more", `, turns), ", ")
	rows := b.write("callers.txt", `{"Then": [`+then+`]}`+"\n")
	var up, memory, cpu, late, latest, answered, first sample
	for range b.runs {
		var r struct {
			Agents []struct {
				Finished, Answered, Late int
				Peak                     int                   `json:"peak_live"`
				MostLate                 float64               `json:"most_late_ms"`
				FirstWord                struct{ P99 float64 } `json:"first_word_ms"`
			}
		}
		p, err := b.record(b.callers(url, rows, calls, rate), &r)
		if err != nil {
			return err
		}
		if len(r.Agents) != 1 || r.Agents[0].Finished != calls || r.Agents[0].Answered != calls*turns {
			return fmt.Errorf("not all of %d sessions had %d turns: %+v", calls, turns, r.Agents)
		}
		a := r.Agents[0]
		up = append(up, float64(a.Peak))
		memory = append(memory, p.mib())
		cpu = append(cpu, p.cpu.Seconds())
		late = append(late, float64(a.Late))
		latest = append(latest, a.MostLate)
		answered = append(answered, float64(a.Answered))
		first = append(first, a.FirstWord.P99)
	}
	head("a turn in 5 s each, with the agent on this machine", "sessions at once", "turns answered", "most resident, MiB", "late by 100 ms", "by at most, ms", "first word p99, ms", "CPU s")
	row("ConversationRelay", up.text(0), answered.text(0), memory.text(0), late.text(0), latest.text(0), first.text(1), cpu.text(1))
	return nil
}

// agree answers each prompt at once.
func agree(conn net.Conn) {
	defer conn.Close()
	answer := []byte(`{"type": "text", "token": "I see what you mean by that.", "last": true}`)
	for {
		text, err := wsutil.ReadClientText(conn)
		if err != nil {
			return
		}
		if bytes.Contains(text, []byte(`"prompt"`)) {
			if wsutil.WriteServerText(conn, answer) != nil {
				return
			}
		}
	}
}

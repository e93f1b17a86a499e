package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// agents: how much does it take to talk to a voice agent in 5,000 sessions at once,
// each with a turn in five seconds: 14 characters are spoken in one, the answer of 28
// in two, and then the caller thinks for two?
func agents(b *bench) error {
	const rate, turns, calls = 250, 16, 5_000
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			if conn, _, _, err := ws.UpgradeHTTP(r, w); err == nil {
				go agree(conn)
			}
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, `<Response><Connect><ConversationRelay url="wss://%s/agent"/></Connect></Response>`, r.Host)
	}))
	if err != nil {
		return err
	}
	defer stop()
	then := strings.TrimSuffix(strings.Repeat(`"hello and more", `, turns), ", ")
	rows := b.write("callers.txt", `{"Then": [`+then+`]}`+"\n")
	var up, memory, cpu, late, latest, answered, first sample
	for range b.runs {
		file := filepath.Join(b.dir, "agents.json")
		cmd := b.loadKind("call", "http://"+address+"/voice", calls, "Pace = real", "Rate = "+strconv.Itoa(rate), "MaxInFlight = "+strconv.Itoa(calls))
		cmd.Args = append(cmd.Args, "-d", rows, "--json", file)
		p, err := b.measure(cmd)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var r struct {
			Agents []struct {
				Finished, Answered, Late int
				Peak                     int                   `json:"peak_live"`
				MostLate                 float64               `json:"most_late_ms"`
				FirstWord                struct{ P99 float64 } `json:"first_word_ms"`
			}
		}
		if err := json.Unmarshal(content, &r); err != nil {
			return err
		}
		if len(r.Agents) != 1 || r.Agents[0].Finished != calls || r.Agents[0].Answered != calls*turns {
			return fmt.Errorf("not all of %d sessions had %d turns: %+v", calls, turns, r.Agents)
		}
		a := r.Agents[0]
		up = append(up, float64(a.Peak))
		memory = append(memory, float64(p.memory)/(1<<20))
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

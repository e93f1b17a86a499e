package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"

	"github.com/gobwas/ws"
)

// serveAgent serves a document that connects a call to a voice agent, with a verb
// such as Stream, and the agent, which talks over the sockets.
func serveAgent(verb string, talk func(net.Conn)) (url string, stop func(), err error) {
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			if conn, _, _, err := ws.UpgradeHTTP(r, w); err == nil {
				go talk(conn)
			}
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, `<Response><Connect><%s url="wss://%s/agent"/></Connect></Response>`, verb, r.Host)
	}))
	return "http://" + address + "/voice", stop, err
}

// callers returns the command that begins calls of the rows, so many a second, in
// real pace.
func (b *bench) callers(url, rows string, calls, rate int) *exec.Cmd {
	cmd := b.loadKind("call", url, calls, "Pace = real", "Rate = "+strconv.Itoa(rate), "MaxInFlight = "+strconv.Itoa(calls))
	cmd.Args = append(cmd.Args, "-d", rows)
	return cmd
}

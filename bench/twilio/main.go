// Command twilio serves a simulated Twilio account behind HTTPS on 127.0.0.1,
// so that start, end and their peers can be measured from processes of their
// own. It prints the environment that leads them there, and at SIGINT what
// arrived:
//
//	eval "$(go run ./bench/twilio -response 200ms >env & sleep 1; cat env)"
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"call-load-tester/pkg/twiliosim"
	"call-load-tester/pkg/twiliosim/loopback"
)

func main() {
	var cfg twiliosim.Config
	flag.DurationVar(&cfg.ResponseTime, "response", 0, "response `TIME` of every request")
	flag.IntVar(&cfg.CPS, "cps", 0, "calls per `SECOND` that the account dials; 0: no limit")
	flag.IntVar(&cfg.MaxConcurrent, "concurrent", 0, "requests at once that the account allows; 0: no limit")
	flag.StringVar(&cfg.Password, "token", "", "auth `TOKEN` that the account wants; none: any will do")
	flag.Parse()
	if err := serve(cfg); err != nil {
		fmt.Fprintln(os.Stderr, "twilio: error:", err)
		os.Exit(1)
	}
}

func serve(cfg twiliosim.Config) error {
	account := twiliosim.New(cfg)
	defer account.Close()
	dir, err := os.MkdirTemp("", "twilio")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := loopback.Start(account, dir)
	if err != nil {
		return err
	}
	defer server.Close()
	for _, variable := range server.Env() {
		fmt.Println("export", variable)
	}
	fmt.Println("export TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000 TWILIO_AUTH_TOKEN=" + cmp.Or(cfg.Password, "none"))

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	return json.NewEncoder(os.Stdout).Encode(arrivals(account))
}

// arrivals sums up the creates that arrived.
func arrivals(account *twiliosim.Account) map[string]any {
	creates := account.Creates()
	sum := map[string]any{"creates": len(creates), "live": len(account.Live()), "requests": account.Requests(), "peak_concurrent": account.PeakConcurrent()}
	if len(creates) > 1 {
		sum["seconds"] = creates[len(creates)-1].At.Sub(creates[0].At).Seconds()
		sum["most_in_0.95_s"] = account.MostCreates(950 * time.Millisecond)
		sum["most_in_1_s"] = account.MostCreates(time.Second)
	}
	return sum
}

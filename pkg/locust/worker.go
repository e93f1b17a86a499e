package locust

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	heartbeatInterval = time.Second // as Locust's own workers
	statsInterval     = 3           // in heartbeats, as Locust's own workers
	pingInterval      = 10          // in heartbeats

	connectTime      = 2 * time.Minute  // until a master that is not there is given up
	handshakeTimeout = 5 * time.Second  // for the handshakes of TCP and ZeroMQ together
	ackTimeout       = 15 * time.Second // until a master that does not acknowledge is tried on a new connection
	retryPause       = time.Second      // before each new connection: a ROUTER ignores a second one with the same identity
	returnTime       = 10 * time.Second // until a master whose connection is lost counts as gone
	silence          = 60 * time.Second // after which a master counts as gone, as for Locust's own workers
)

var (
	// ErrStop says why a test stops: the master has stopped it.
	ErrStop = errors.New("the Locust master has stopped the test")
	// ErrQuit says that the master quits, in the middle of a test or after one.
	ErrQuit = errors.New("the Locust master quits")
	// ErrGone says that the master is not there any more, and has not said why.
	ErrGone = errors.New("the Locust master is gone")
	// ErrClosed is the error of a worker that is closed.
	ErrClosed = errors.New("the Locust worker is closed")
)

// A Worker is connected to a Locust master. Its methods may be called from several goroutines.
type Worker struct {
	id     string
	dial   func(context.Context) (*dealer, error)
	notice func(error)
	tests  chan *Test

	life    context.Context // the goroutines beside the loop end with it
	end     context.CancelFunc
	others  sync.WaitGroup
	calls   chan func()
	arrived chan arrival
	dialed  chan dialed
	done    chan struct{} // closed when the loop is over
	err     error         // why; to be read when done is closed

	// What follows belongs to the loop.
	session     session
	conn        *dealer // nil while the connection is lost
	queue       []message
	onSent      func() // called once the queue is empty
	test        *Test  // nil before the first spawn and after the end is reported
	since       time.Time
	heartbeatAt time.Time // the master's last
	askedAt     time.Time // for the acknowledgement that is missing
	beats       int
	meter       meter
}

// An arrival is a message from a connection, or the end of it.
type arrival struct {
	from *dealer
	body []byte
	err  error
}

// A dialed is a new connection to a master that was lost, or why there is none.
type dialed struct {
	conn *dealer
	err  error
}

// Connect makes this process a worker of the master at addr, a host and a port. It returns when the master has
// acknowledged that. A master that is not there is tried for two minutes; the error of something else at that address
// comes at once.
//
// Notice, if not nil, is told what goes wrong and is not the end: a try that failed, a connection that is lost and will be
// tried again, rubbish from the master. It is called by one goroutine at a time, and the worker waits for it.
func Connect(ctx context.Context, addr string, notice func(error)) (*Worker, error) {
	return connect(ctx, addr, notice, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	})
}

// A dialFunc opens a connection to a master.
type dialFunc func(context.Context) (net.Conn, error)

func connect(ctx context.Context, addr string, notice func(error), dial dialFunc) (*Worker, error) {
	w := &Worker{
		id:      nodeID(),
		notice:  notice,
		tests:   make(chan *Test, 1),
		calls:   make(chan func()),
		arrived: make(chan arrival),
		dialed:  make(chan dialed),
		done:    make(chan struct{}),
	}
	if notice == nil {
		w.notice = func(error) {}
	}
	w.dial = func(ctx context.Context) (*dealer, error) {
		ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		conn, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return newDealer(ctx, conn, w.id)
	}
	if err := w.register(ctx, addr); err != nil {
		return nil, err
	}
	w.life, w.end = context.WithCancel(context.Background())
	w.others.Go(func() { w.receive(w.conn) })
	go w.loop()
	return w, nil
}

// nodeID returns a name for this worker that no other has, as Locust's own workers form it.
func nodeID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	var random [16]byte
	_, _ = rand.Read(random[:])
	return strings.ToValidUTF8(host[:min(len(host), 200)], "") + "_" + hex.EncodeToString(random[:])
}

// register tries to connect until the master acknowledges that.
func (w *Worker) register(ctx context.Context, addr string) error {
	giveUp, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	var last error
	for {
		err := w.try(giveUp)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, errOther) {
			return fmt.Errorf("no Locust master at %s: %w", addr, err)
		}
		if giveUp.Err() != nil {
			return fmt.Errorf("no Locust master at %s for %v: %w", addr, connectTime, cmp.Or(last, err))
		}
		last = err // the one that time cuts short says less
		w.notice(fmt.Errorf("no Locust master at %s yet: %w", addr, err))
		select {
		case <-time.After(retryPause):
		case <-giveUp.Done():
		}
	}
}

// try connects and waits for the acknowledgement.
func (w *Worker) try(ctx context.Context) error {
	conn, err := w.dial(ctx)
	if err != nil {
		return err
	}
	timeout, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	defer context.AfterFunc(timeout, func() { conn.conn.Close() })() // before the cancel
	for _, m := range w.session.greet(nil) {
		err = conn.send(m.encode(w.id))
	}
	for err == nil && w.session.state != ready {
		var body []byte
		if body, err = conn.receive(); err == nil {
			var m message
			if m, err = decode(body); err == nil {
				_, _, err = w.session.receive(m)
			}
		}
	}
	if err == nil {
		w.conn = conn
		return nil
	}
	conn.conn.Close()
	if timeout.Err() != nil {
		return errors.New("it does not acknowledge this worker")
	}
	return err
}

// Wait returns the next test, from its first moment on. Its error is [ErrQuit] when the master is through, [ErrGone] when
// it is lost, [ErrClosed], or the cause of ctx being done. When ctx is done later, the test stops with its cause.
func (w *Worker) Wait(ctx context.Context) (*Test, error) {
	select {
	case t := <-w.tests:
		t.unhook = context.AfterFunc(ctx, func() { t.stop(context.Cause(ctx)) })
		return t, nil
	case <-w.done:
		return nil, w.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Close takes leave of a master that has not taken leave itself, and waits until that is sent, for at most half a minute.
// A test that is not ended stops with [ErrClosed], and its figures since the last report are lost.
func (w *Worker) Close() {
	w.do(func() {
		if w.session.state != quitting {
			w.send(message{"quit", nil})
		}
		w.over(ErrClosed)
	})
	<-w.done
	w.others.Wait()
}

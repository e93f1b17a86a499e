package dialog

import (
	"maps"
	"slices"
	"sync"
)

// MaxElsewhere bounds how many hosts are remembered that may not be asked.
const MaxElsewhere = 10

// elsewhere remembers hosts that may not be asked and that answers led to. It is
// safe for concurrent use.
type elsewhere struct {
	mu    sync.Mutex
	hosts map[string]bool
}

func (e *elsewhere) note(host string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.hosts == nil {
		e.hosts = make(map[string]bool)
	}
	if len(e.hosts) < MaxElsewhere {
		e.hosts[host] = true
	}
}

// ElsewhereHosts returns hosts that may not be asked and that answers led to, the
// first [MaxElsewhere] that were met, in the order of their names.
func (p *Player) ElsewhereHosts() []string {
	p.elsewhere.mu.Lock()
	defer p.elsewhere.mu.Unlock()
	return slices.Sorted(maps.Keys(p.elsewhere.hosts))
}

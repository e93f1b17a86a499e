package locust

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// A usage is what a heartbeat tells of the process.
type usage struct {
	cpu    float64 // percent of all processors that it may use; the master warns above 90
	memory uint64  // bytes
}

// A meter measures the usage since it was last read.
type meter struct {
	at  time.Time
	cpu time.Duration
}

func (m *meter) read() usage {
	now, cpu := time.Now(), cpuTime()
	var u usage
	if wall := now.Sub(m.at); !m.at.IsZero() && wall > 0 {
		u.cpu = 100 * float64(cpu-m.cpu) / float64(wall) / float64(runtime.GOMAXPROCS(0))
	}
	m.at, m.cpu = now, cpu

	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	u.memory = samples[0].Value.Uint64() - samples[1].Value.Uint64()
	return u
}

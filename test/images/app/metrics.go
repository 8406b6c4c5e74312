package main

import (
	"fmt"
	"io"
	"sort"
	"strconv"
	"sync"
	"time"
)

// The buckets of the reference system's backend, in seconds.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5}

// metrics holds what became of requests, and gives it as Prometheus wants it.
type metrics struct {
	mutex  sync.Mutex
	counts map[int]int
	// How many answers took no longer than the bucket of the same index says.
	within []int
	sum    float64
	count  int
}

// newMetrics gives metrics of no request. Only with fromStart there are counters of 200 and 500 before
// the first such answer, as instrumentations differ in it, and a rate misses the first increase without.
func newMetrics(fromStart bool) *metrics {
	counts := map[int]int{}
	if fromStart {
		counts[200], counts[500] = 0, 0
	}
	return &metrics{counts: counts, within: make([]int, len(buckets))}
}

func (m *metrics) add(status int, took time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.counts[status]++
	m.count++
	m.sum += took.Seconds()
	for i, bound := range buckets {
		if took.Seconds() <= bound {
			m.within[i]++
		}
	}
}

func (m *metrics) write(w io.Writer) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	fmt.Fprint(w, "# HELP http_requests_total Requests by the status of their answer.\n# TYPE http_requests_total counter\n")
	statuses := make([]int, 0, len(m.counts))
	for status := range m.counts {
		statuses = append(statuses, status)
	}
	sort.Ints(statuses)
	for _, status := range statuses {
		fmt.Fprintf(w, "http_requests_total{status=\"%d\"} %d\n", status, m.counts[status])
	}
	const name = "http_request_duration_seconds"
	fmt.Fprintf(w, "# HELP %s Time until the answer.\n# TYPE %s histogram\n", name, name)
	for i, bound := range buckets {
		le := strconv.FormatFloat(bound, 'g', -1, 64)
		fmt.Fprintf(w, "%s_bucket{le=%q} %d\n", name, le, m.within[i])
	}
	fmt.Fprintf(w, "%s_bucket{le=\"+Inf\"} %d\n%s_sum %g\n%s_count %d\n", name, m.count, name, m.sum, name, m.count)
}

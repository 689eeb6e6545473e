package api

import (
	"bytes"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// meters counts what the service does: a request only adds. Safe for concurrent
// use.
type meters struct {
	registry *prometheus.Registry
	routes   []routeMeter                  // routes[i] for route i; the last is for none
	refusals map[string]prometheus.Counter // by code; never changed
}

// routeMeter counts the answers of one route.
type routeMeter struct {
	method, pattern string
	seconds         prometheus.Histogram
	answered        [len(statuses)]atomic.Uint64 // by place in statuses
}

// statuses are all that the service answers with; another counts as 500.
var statuses = [...]int{200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 429, 431, 500, 501, 503}

// newMeters makes a registry of the service's own: two services in one
// process do not meet.
func newMeters(s *Service) *meters {
	m := &meters{registry: prometheus.NewRegistry(), routes: make([]routeMeter, len(s.routes)+1), refusals: map[string]prometheus.Counter{}}
	for i, r := range s.routes {
		m.routes[i].init(r.method, r.pattern)
	}
	m.routes[len(s.routes)].init("", "none")
	refusals := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "renfort_refusals_total",
		Help: "Requests refused, by code."}, []string{"code"})
	for _, p := range problems {
		m.refusals[p.code] = refusals.WithLabelValues(p.code)
	}
	m.registry.MustRegister(routeCollector{m}, refusals, &stateCollector{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (r *routeMeter) init(method, pattern string) {
	r.method, r.pattern = method, pattern
	r.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "renfort_request_seconds",
		Help:        "Time from the request's last header to its answer, by route.",
		ConstLabels: prometheus.Labels{"method": method, "route": pattern}, Buckets: latencyBuckets()})
}

// latencyBuckets run from 25 us to 13 s, each twice the one before.
func latencyBuckets() []float64 { return prometheus.ExponentialBuckets(25e-6, 2, 20) }

// observe counts an answer; r is nil where no route was found. Without a
// route it counts as none: paths of strangers are no labels.
func (m *meters) observe(r *route, status int, took time.Duration) {
	i := len(m.routes) - 1
	if r != nil {
		i = r.index
	}
	k := slices.Index(statuses[:], status)
	if k < 0 {
		k = slices.Index(statuses[:], 500)
	}
	m.routes[i].answered[k].Add(1)
	m.routes[i].seconds.Observe(took.Seconds())
}

// routeCollector tells of the routes that were asked for, with the statuses that
// they gave: of all that there could be, 2,500 lines, nearly all would say 0,
// and to write them takes 10 ms of a core.
type routeCollector struct{ m *meters }

// Describe implements prometheus.Collector: which metrics there are is known
// only when they are collected.
func (routeCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (k routeCollector) Collect(out chan<- prometheus.Metric) {
	requests := prometheus.NewDesc("renfort_requests_total", "Requests answered, by route and status, of those that were asked for.",
		[]string{"method", "route", "status"}, nil)
	for i := range k.m.routes {
		r, asked := &k.m.routes[i], false
		for at, status := range statuses {
			if n := r.answered[at].Load(); n > 0 {
				asked = true
				out <- prometheus.MustNewConstMetric(requests, prometheus.CounterValue, float64(n), r.method, r.pattern, strconv.Itoa(status))
			}
		}
		if asked {
			out <- r.seconds
		}
	}
}

// refused counts a refusal by its code; every code of the table has its
// counter from the start.
func (m *meters) refused(code string) { m.refusals[code].Inc() }

// metrics answers GET /metrics in Prometheus' text format. Counts are of the
// process, but for those of the store and index, which are of now.
func (c *call) metrics() error {
	families, err := c.s.meters.registry.Gather()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return err
		}
	}
	c.out = append(c.out, b.Bytes()...)
	c.ctx.Response.Header.SetContentType("text/plain; version=0.0.4; charset=utf-8")
	return nil
}

// stateCollector reads what the rooms below count, at each scrape.
type stateCollector struct{ s *Service }

// Describe implements prometheus.Collector: the metrics are known only when
// they are collected.
func (*stateCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (k *stateCollector) Collect(out chan<- prometheus.Metric) {
	send := func(kind prometheus.ValueType, name, help string, v float64, labels ...string) {
		var names []string
		if len(labels) > 0 {
			names = []string{labels[0]}
			labels = labels[1:]
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, v, labels...)
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	st := k.s.engine.Store().Stats()
	send(counter, "renfort_store_batches_total", "Batches of commands, those that changed nothing included.", float64(st.Batches))
	send(counter, "renfort_store_commands_total", "Commands applied, refused ones included.", float64(st.Commands))
	send(counter, "renfort_store_refused_total", "Commands that the reducer refused.", float64(st.Refused))
	send(counter, "renfort_store_replayed_total", "Commands answered from an idempotency key.", float64(st.Replayed))
	send(counter, "renfort_store_failures_total", "Commits that failed.", float64(st.Failures))
	send(gauge, "renfort_store_failed", "1 while writes are refused.", asNumber(st.Failed))
	send(gauge, "renfort_store_queue", "Commands waiting, by queue.", float64(st.QueueInteractive), "queue", "interactive")
	send(gauge, "renfort_store_queue", "Commands waiting, by queue.", float64(st.QueueBulk), "queue", "bulk")
	send(gauge, "renfort_store_file_bytes", "Size of the data file.", float64(st.FileBytes))
	send(gauge, "renfort_store_log_entries", "Commands in the change log.", float64(st.LogEntries))
	send(gauge, "renfort_store_log_bytes", "Size of the change log.", float64(st.LogBytes))
	send(gauge, "renfort_seq", "Number of the last command that is visible.", float64(k.s.engine.Seq()))
	out <- commitHistogram(st.Syncs, st.SyncNanos, st.SyncHist[:])
	send(gauge, "renfort_in_flight", "Requests under way.", float64(k.s.lanes.inFlight.Load()))
	for c, name := range classNames {
		send(counter, "renfort_overload_total", "Requests refused for overload, by class.", float64(k.s.lanes.refused[c].Load()), "class", name)
	}
	k.limits(send)
	send(counter, "renfort_shown_dropped_total", "Pages that were not remembered as shown, in a surge.", float64(k.s.shown.lost()))
	k.engine(send)
	k.outbox(send)
	k.alerts(send)
	k.waves(send)
	k.algolia(send)
	k.feeds(send)
}

// classNames are the words of metrics, [c] for class c.
var classNames = [classes]string{"bulk", "read", "search", "recommend", "write", "hold", "crisis", "resolve", "outbound", "always"}

// asNumber is how Prometheus writes a truth.
func asNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// commitBucketSeconds is the bound of the store's first bucket of commit
// times; each is twice the one before.
const commitBucketSeconds = 16e-6

// commitHistogram gives the store's commit times as Prometheus counts them.
func commitHistogram(count, nanos uint64, buckets []uint64) prometheus.Metric {
	cumulated, sum, bound := map[float64]uint64{}, uint64(0), commitBucketSeconds
	for _, n := range buckets[:len(buckets)-1] { // the last has the rest
		sum += n
		cumulated[bound] = sum
		bound *= 2
	}
	return prometheus.MustNewConstHistogram(prometheus.NewDesc("renfort_store_commit_seconds",
		"Time of a commit, its sync included.", nil, nil), count, float64(nanos)/1e9, cumulated)
}

// limits tells what decides on refusals.
func (k *stateCollector) limits(send func(prometheus.ValueType, string, string, float64, ...string)) {
	gauge := prometheus.GaugeValue
	s, w := k.s.lanes.limiter.State(), &k.s.lanes.writes
	send(gauge, "renfort_overload_tight", "1 while requests are refused to hold the wait.", asNumber(s.Tight))
	send(gauge, "renfort_overload_busy", "1 while facets, highlights and explanations are left out.", asNumber(s.Busy))
	send(gauge, "renfort_overload_refused_share", "Share of the requests that is refused.", s.Refused)
	send(gauge, "renfort_queue_wait_seconds", "What a request of the lowest class would wait until it begins.", s.WaitS)
	send(gauge, "renfort_queue_ahead", "Requests that wait for their turn.", float64(s.Ahead))
	send(gauge, "renfort_writes_in_flight", "Writes waiting for their commit.", float64(w.InFlight()))
	send(gauge, "renfort_writes_per_second", "Writes finished in a second, as last learnt while many waited.", float64(w.PerSecond()))
}

package api

import "github.com/prometheus/client_golang/prometheus"

// algolia reads what the door of front ends counts. Indexes are counted and not
// named: a platform makes as many as it likes.
func (k *stateCollector) algolia(send func(prometheus.ValueType, string, string, float64, ...string)) {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	for _, c := range k.s.front.Counts() {
		switch c.Name {
		case "ignored":
			send(counter, "renfort_algolia_ignored_parameters_total", "Parameters of searches that mean nothing here, by name; other is what nobody knows.", float64(c.Number), "name", c.Of)
		case "searches", "facets", "browses":
			send(counter, "renfort_algolia_searches_total", "Searches answered, each of a request for several, by what they look for.", float64(c.Number), "kind", c.Name)
		case "written":
			send(counter, "renfort_algolia_actions_total", "Actions on records that were taken.", float64(c.Number))
		case "refused":
			send(counter, "renfort_algolia_no_missions_total", "Records of indexes of missions that could not become missions.", float64(c.Number))
		}
	}
	var records, bytes, pending int
	indexes := k.s.engine.ObjectIndexes()
	for _, info := range indexes {
		records, bytes, pending = records+info.Entries, bytes+int(info.Bytes), pending+info.Pending
	}
	send(gauge, "renfort_algolia_indexes", "Indexes of records.", float64(len(indexes)))
	send(gauge, "renfort_algolia_records", "Records that can be found, those of replicas counted again.", float64(records))
	send(gauge, "renfort_algolia_index_bytes", "Memory of the indexes.", float64(bytes))
	send(gauge, "renfort_algolia_pending", "Writes of records that are durable and cannot be found yet.", float64(pending))
	send(gauge, "renfort_algolia_secured_keys", "Secured keys that are remembered.", float64(k.s.secured.count()))
	send(gauge, "renfort_algolia_body_bytes", "Bytes of big bodies that are held.", float64(k.s.fronts.Load()))
}

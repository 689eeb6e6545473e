// Package record answers: which mission is this record of a search index?
//
// A platform that indexes its missions pushes each as a free JSON record. A
// Mapping says, as data, where in such a record the parts of a mission stand;
// Mapping.Mission reads one record into a Draft that mission.Intake accepts.
// The default Mapping fits the French public platform's records; another is a
// file of the same form (see mapping.json).
//
// A record is read leniently: what does not fit (an unknown domain, a text too
// long, a point that cannot be) is left out and told in Draft.Dropped, because
// the platform has agreed to the record already and must not lose a mission to
// one word in it. Only a record without a name, or of no id that the mapping
// knows, is refused.
//
// A mission's id is "publisher:rest", where the rules under "ids" say which
// objectID belongs to which publisher and what of it is the rest:
//
//	App\Models\Mission::6581   jva:6581
//	ApiEngagement/5f9bfffb95   api-engagement:5f9bfffb95
//	6581                       jva:6581
package record

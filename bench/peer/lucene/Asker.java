import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.document.LatLonDocValuesField;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.facet.DrillDownQuery;
import org.apache.lucene.facet.DrillSideways;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.Facets;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MultiCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocsCollector;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.util.QueryBuilder;

/** Asker answers questions, counting exactly. Not for several threads. */
final class Asker {
    /** A title says what a mission is about. */
    private static final float TITLE_BOOST = 3;

    /** More values than a facet has. */
    private static final int VALUES_MAX = 1000;

    /** The kind of question that asks for the facets of all missions, for which Lucene has a short way. */
    private static final String EVERYTHING = "facets";

    private static final String REMOTE_FULL = "full";

    private final IndexSearcher searcher;
    private final Corpus corpus;
    private final QueryBuilder builder;
    private final SortedSetDocValuesReaderState state;
    private final DrillSideways sideways;

    Asker(Corpus corpus) throws IOException {
        this.corpus = corpus;
        searcher = new IndexSearcher(corpus.reader);
        builder = new QueryBuilder(corpus.analyzer);
        state = new DefaultSortedSetDocValuesReaderState(corpus.reader);
        sideways = new DrillSideways(searcher, corpus.facets, state);
    }

    /** Answer is how many missions there are, the numbers of the first, and counts per facet and value. */
    static final class Answer {
        int total;
        int[] missions;
        Map<String, Map<String, Integer>> facets;
    }

    Answer ask(Peer.Question q) throws IOException {
        TopDocsCollector<?> top = collector(q);
        Answer a = new Answer();
        if (q.facets.isEmpty()) {
            BooleanQuery.Builder b = base(q);
            any(b, Corpus.DOMAIN, q.domains);
            any(b, Corpus.DEPARTMENT, q.departments);
            searcher.search(whole(b), top);
        } else if (q.kind.equals(EVERYTHING)) {
            searcher.search(new MatchAllDocsQuery(), top);
            a.facets = counts(q, new SortedSetDocValuesFacetCounts(state));
        } else if (q.domains.isEmpty() && q.departments.isEmpty()) {
            FacetsCollector found = new FacetsCollector();
            searcher.search(whole(base(q)), MultiCollector.wrap(top, found));
            a.facets = counts(q, new SortedSetDocValuesFacetCounts(state, found));
        } else {
            a.facets = counts(q, aside(q, top));
        }
        a.total = top.getTotalHits();
        a.missions = numbers(top.topDocs().scoreDocs);
        return a;
    }

    /** aside counts each facet as if it had no filter of its own. */
    private Facets aside(Peer.Question q, Collector top) throws IOException {
        DrillDownQuery down = new DrillDownQuery(corpus.facets, whole(base(q)));
        for (String d : q.domains) {
            down.add(Corpus.DOMAIN, d);
        }
        for (String d : q.departments) {
            down.add(Corpus.DEPARTMENT, d);
        }
        return sideways.search(down, top).facets;
    }

    private TopDocsCollector<?> collector(Peer.Question q) {
        switch (q.sort) {
            case "distance":
                Sort near = new Sort(LatLonDocValuesField.newDistanceSort(Corpus.AT, q.lat, q.lon));
                return TopFieldCollector.create(near, q.limit, Integer.MAX_VALUE);
            case "newest":
                Sort newest = new Sort(new SortField(Corpus.PUBLISHED, SortField.Type.LONG, true));
                return TopFieldCollector.create(newest, q.limit, Integer.MAX_VALUE);
            default:
                return TopScoreDocCollector.create(q.limit, Integer.MAX_VALUE);
        }
    }

    /** base asks for everything but the fields that have facets. */
    private BooleanQuery.Builder base(Peer.Question q) {
        BooleanQuery.Builder b = new BooleanQuery.Builder();
        if (!q.words.isEmpty()) {
            b.add(builder.createBooleanQuery(Corpus.TEXT, q.words, Occur.MUST), Occur.MUST);
            b.add(new BoostQuery(builder.createBooleanQuery(Corpus.TITLE, q.words, Occur.SHOULD), TITLE_BOOST), Occur.SHOULD);
        }
        if (q.meters > 0) {
            // Alone, because IndexOrDocValuesQuery prepares the circle twice, which takes longer than it saves here.
            Query near = LatLonPoint.newDistanceQuery(Corpus.AT, q.lat, q.lon, q.meters);
            b.add(new BooleanQuery.Builder().add(near, Occur.SHOULD)
                    .add(new TermQuery(new Term(Corpus.REMOTE, REMOTE_FULL)), Occur.SHOULD).build(), Occur.FILTER);
        }
        any(b, Corpus.REMOTE, q.remotes);
        return b;
    }

    private static Query whole(BooleanQuery.Builder b) {
        BooleanQuery q = b.build();
        return q.clauses().isEmpty() ? new MatchAllDocsQuery() : q;
    }

    /** any asks for one of the values, if there are any. */
    private static void any(BooleanQuery.Builder to, String field, List<String> values) {
        if (values.isEmpty()) {
            return;
        }
        BooleanQuery.Builder b = new BooleanQuery.Builder();
        for (String v : values) {
            b.add(new TermQuery(new Term(field, v)), Occur.SHOULD);
        }
        to.add(b.build(), Occur.FILTER);
    }

    private static Map<String, Map<String, Integer>> counts(Peer.Question q, Facets facets) throws IOException {
        Map<String, Map<String, Integer>> all = new TreeMap<>();
        for (String dim : q.facets) {
            Map<String, Integer> values = new TreeMap<>();
            FacetResult r = facets.getTopChildren(VALUES_MAX, dim);
            if (r != null) {
                for (LabelAndValue v : r.labelValues) {
                    values.put(v.label, v.value.intValue());
                }
            }
            all.put(dim, values);
        }
        return all;
    }

    /** numbers reads which missions the hits are, as a service would. */
    private int[] numbers(ScoreDoc[] hits) throws IOException {
        List<LeafReaderContext> leaves = corpus.reader.leaves();
        int[] numbers = new int[hits.length];
        for (int i = 0; i < hits.length; i++) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(hits[i].doc, leaves));
            NumericDocValues values = leaf.reader().getNumericDocValues(Corpus.NUMBER);
            values.advanceExact(hits[i].doc - leaf.docBase);
            numbers[i] = (int) values.longValue();
        }
        return numbers;
    }
}

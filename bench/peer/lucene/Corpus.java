import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LatLonDocValuesField;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;

/**
 * Corpus is the missions as Lucene keeps them, in one segment: title and whole
 * text by FrenchAnalyzer, addresses as LatLonPoint, domains and departments as
 * SortedSetDocValues facets. Nothing is stored: an answer is numbers.
 */
final class Corpus {
    static final String TITLE = "title";
    static final String TEXT = "text";
    static final String AT = "at";
    static final String DOMAIN = "domain";
    static final String DEPARTMENT = "department";
    static final String REMOTE = "remote";
    static final String PUBLISHED = "published";
    static final String NUMBER = "n";

    /** Enough for 50,000 missions to be flushed once. */
    private static final double BUFFER_MB = 256;

    final DirectoryReader reader;
    final FacetsConfig facets;
    final Analyzer analyzer;

    private Corpus(DirectoryReader reader, FacetsConfig facets, Analyzer analyzer) {
        this.reader = reader;
        this.facets = facets;
        this.analyzer = analyzer;
    }

    int missions() {
        return reader.numDocs();
    }

    /** Mission is one line of the file of missions. */
    private static final class Mission {
        int n;
        String title = "";
        String text = "";
        List<String> domains = List.of();
        List<String> departments = List.of();
        String remote = "";
        List<double[]> points = List.of();
        long published;
    }

    static Corpus build(Path missions, Path dir) throws IOException {
        FacetsConfig facets = new FacetsConfig();
        facets.setMultiValued(DOMAIN, true);
        facets.setMultiValued(DEPARTMENT, true);
        Analyzer analyzer = new FrenchAnalyzer();
        FSDirectory directory = FSDirectory.open(dir);
        IndexWriterConfig config = new IndexWriterConfig(analyzer).setRAMBufferSizeMB(BUFFER_MB);
        Gson gson = new Gson();
        try (IndexWriter writer = new IndexWriter(directory, config); BufferedReader in = Files.newBufferedReader(missions)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                writer.addDocument(facets.build(document(gson.fromJson(line, Mission.class))));
            }
            writer.forceMerge(1);
            writer.commit();
        }
        return new Corpus(DirectoryReader.open(directory), facets, analyzer);
    }

    private static Document document(Mission m) {
        Document d = new Document();
        d.add(new NumericDocValuesField(NUMBER, m.n));
        d.add(new TextField(TITLE, m.title, Field.Store.NO));
        d.add(new TextField(TEXT, m.title + "\n" + m.text, Field.Store.NO));
        for (String domain : m.domains) {
            d.add(new StringField(DOMAIN, domain, Field.Store.NO));
            d.add(new SortedSetDocValuesFacetField(DOMAIN, domain));
        }
        for (String department : m.departments) {
            d.add(new StringField(DEPARTMENT, department, Field.Store.NO));
            d.add(new SortedSetDocValuesFacetField(DEPARTMENT, department));
        }
        d.add(new StringField(REMOTE, m.remote, Field.Store.NO));
        for (double[] p : m.points) {
            d.add(new LatLonPoint(AT, p[0], p[1]));
            d.add(new LatLonDocValuesField(AT, p[0], p[1]));
        }
        d.add(new NumericDocValuesField(PUBLISHED, m.published));
        return d;
    }
}

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LRUQueryCache;

/**
 * Peer is Lucene's side of the comparison: it indexes a file of missions, then
 * does what its standard input says, one line a command, and answers each with
 * lines of JSON on standard output.
 *
 * <pre>
 * answers       one Answer for every question, in their order
 * warm SECONDS  asks all questions over and over for that long: {"rounds"}
 * time A B      asks questions A to B-1 twice, and times the second: {"us":[...]}
 * crowd N S     asks all of them by turns with N threads for S seconds: {"us":[...],"seconds"}
 * </pre>
 *
 * One thread asks but for crowd. Its end is the end of its input.
 */
public final class Peer {
    /** Question is one line of the file of queries. */
    static final class Question {
        String kind = "";
        String words = "";
        double lat;
        double lon;
        double meters;
        List<String> domains = List.of();
        List<String> departments = List.of();
        List<String> remotes = List.of();
        List<String> facets = List.of();
        String sort = "";
        int limit;
    }

    private static final Gson GSON = new Gson();

    /** Nobody reads it: it keeps the compiler from leaving the work out. */
    private static volatile Asker.Answer last;

    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Path dir = Paths.get(args[2]);
        long idle = heap();
        long began = System.nanoTime();
        Corpus corpus = Corpus.build(Paths.get(args[0]), dir);
        double seconds = (System.nanoTime() - began) / 1e9;
        Asker asker = new Asker(corpus);
        List<Question> questions = read(Paths.get(args[1]));
        out.println(GSON.toJson(new Built(seconds, heap() - idle, size(dir), corpus.missions())));
        out.flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "answers":
                    for (Question q : questions) {
                        out.println(GSON.toJson(asker.ask(q)));
                    }
                    break;
                case "warm":
                    out.println(GSON.toJson(warm(asker, questions, Double.parseDouble(words[1]))));
                    break;
                case "time":
                    out.println(GSON.toJson(time(asker, questions.subList(Integer.parseInt(words[1]), Integer.parseInt(words[2])))));
                    break;
                case "crowd":
                    out.println(GSON.toJson(crowd(corpus, questions, Integer.parseInt(words[1]), Double.parseDouble(words[2]))));
                    break;
                default:
                    throw new IOException("no such command: " + line);
            }
            out.flush();
        }
    }

    /** Built says what the index took: seconds, and bytes of heap and disk. */
    static final class Built {
        final double seconds;
        final long heap;
        final long disk;
        final int missions;

        Built(double seconds, long heap, long disk, int missions) {
            this.seconds = seconds;
            this.heap = heap;
            this.disk = disk;
            this.missions = missions;
        }
    }

    /** Times are microseconds per question, or how many rounds were warmed, and the hits of the query cache so far. */
    static final class Times {
        double[] us;
        int rounds;
        long cached;
        double seconds;
    }

    private static Times warm(Asker asker, List<Question> questions, double seconds) throws IOException {
        Times t = new Times();
        long until = System.nanoTime() + (long) (seconds * 1e9);
        do {
            for (Question q : questions) {
                last = asker.ask(q);
            }
            t.rounds++;
        } while (System.nanoTime() < until);
        t.cached = cached();
        return t;
    }

    private static Times time(Asker asker, List<Question> questions) throws IOException {
        Times t = new Times();
        t.us = new double[questions.size()];
        for (Question q : questions) {
            last = asker.ask(q);
        }
        for (int i = 0; i < t.us.length; i++) {
            Question q = questions.get(i);
            long began = System.nanoTime();
            last = asker.ask(q);
            t.us[i] = (System.nanoTime() - began) / 1e3;
        }
        t.cached = cached();
        return t;
    }

    /** crowd has each thread ask with a searcher of its own, the next question that nobody has begun. */
    private static Times crowd(Corpus corpus, List<Question> questions, int threads, double seconds) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Callable<double[]>> clients = new ArrayList<>();
        long began = System.nanoTime();
        long until = began + (long) (seconds * 1e9);
        for (int i = 0; i < threads; i++) {
            Asker asker = new Asker(corpus);
            clients.add(() -> {
                DoubleStream.Builder us = DoubleStream.builder();
                for (long sent = System.nanoTime(); sent < until; sent = System.nanoTime()) {
                    asker.ask(questions.get(scattered(next.getAndIncrement(), questions.size())));
                    us.add((System.nanoTime() - sent) / 1e3);
                }
                return us.build().toArray();
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            DoubleStream all = DoubleStream.empty();
            for (Future<double[]> one : pool.invokeAll(clients)) {
                all = DoubleStream.concat(all, DoubleStream.of(one.get()));
            }
            Times t = new Times();
            t.seconds = (System.nanoTime() - began) / 1e9;
            t.us = all.toArray();
            t.cached = cached();
            return t;
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e);
        } finally {
            pool.shutdown();
        }
    }

    /** scattered gives the i-th question in an order where kinds alternate, the same as for everybody. */
    private static int scattered(int i, int n) {
        return (int) (i % n * 1_000_003L % n);
    }

    /** cached counts the hits of Lucene's own query cache, which is as it comes. */
    private static long cached() {
        Object cache = IndexSearcher.getDefaultQueryCache();
        return cache instanceof LRUQueryCache ? ((LRUQueryCache) cache).getHitCount() : 0;
    }

    private static List<Question> read(Path file) throws IOException {
        List<Question> questions = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            questions.add(GSON.fromJson(line, Question.class));
        }
        return questions;
    }

    /** heap gives the bytes that live objects take. */
    private static long heap() {
        Runtime r = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return r.totalMemory() - r.freeMemory();
    }

    private static long size(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.mapToLong(f -> f.toFile().length()).sum();
        }
    }
}

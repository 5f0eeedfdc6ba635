import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

/** Answers each request with the greeting of its environment. */
public class Quotes {
    public static void main(String[] arguments) throws Exception {
        byte[] answer = (System.getenv("GREETING") + "\n").getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(8090), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import org.apache.qpid.jms.JmsConnectionFactory;

/** Reads the events of a queue by AMQP 1.0 and prints them, one a line: {@code java -cp 'lib/*' ReadQueue.java [URL]}. */
class ReadQueue {
    public static void main(String[] arguments) throws Exception {
        String url = arguments.length > 0 ? arguments[0] : "amqp://127.0.0.1:61616";
        try (JMSContext context = new JmsConnectionFactory(url).createContext(JMSContext.CLIENT_ACKNOWLEDGE);
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            while (true) {
                Message message = consumer.receive();
                System.out.println(message.getBody(String.class));
                message.acknowledge(); // the event leaves the queue: keep it before this
            }
        }
    }
}

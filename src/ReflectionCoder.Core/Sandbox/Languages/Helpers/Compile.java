import com.sun.source.util.JavacTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles one file, against a class path, as javac does, but its public class may have any name. Writes the classes to "classes", and to
 * "main-class" the name of the class to run: the public one that has a main method, else the first one that has one.
 */
class Compile {
    public static void main(String[] arguments) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        JavaFileObject source = new ForwardingJavaFileObject<JavaFileObject>(files.getJavaFileObjects(arguments[0]).iterator().next()) {
            @Override
            public boolean isNameCompatible(String name, Kind kind) {
                return true;
            }
        };
        Files.createDirectories(Path.of("classes"));
        List<String> options = List.of("-d", "classes", "-classpath", arguments[1], "-proc:none", "-implicit:none", "-g");
        JavacTask task = (JavacTask) compiler.getTask(null, files, null, options, null, List.of(source));
        String first = null;
        String main = null;
        for (Element element : task.analyze()) {
            if (!(element instanceof TypeElement) || ((TypeElement) element).getNestingKind().isNested()) {
                continue;
            }
            String name = task.getElements().getBinaryName((TypeElement) element).toString();
            first = first == null ? name : first;
            for (ExecutableElement method : ElementFilter.methodsIn(element.getEnclosedElements())) {
                if (method.getSimpleName().contentEquals("main") && (main == null || element.getModifiers().contains(Modifier.PUBLIC))) {
                    main = name;
                }
            }
        }
        if (!task.generate().iterator().hasNext()) {
            System.exit(1); // javac has printed why, or the file holds no class
        }
        Files.writeString(Path.of("main-class"), main != null ? main : first);
    }
}

using System.Net;

namespace TorchSharp
{
    public static partial class torch
    {
        /// <summary>Tools around training.</summary>
        public static partial class utils
        {
            /// <summary>Event files that TensorBoard shows.</summary>
            public static partial class tensorboard
            {
                /// <summary>A writer into log_dir, a folder below it named after time and host, or "runs/…".</summary>
                public static Modules.SummaryWriter SummaryWriter(string? log_dir = null, string? filename_suffix = null, bool createRunName = false)
                {
                    if (createRunName && !string.IsNullOrEmpty(log_dir)) log_dir = RunFolder(log_dir);
                    return new Modules.SummaryWriter(string.IsNullOrEmpty(log_dir) ? RunFolder("runs") : log_dir, filename_suffix);
                }

                private static string RunFolder(string parent) =>
                    Path.Combine(parent, $"{DateTime.Now:MMMd_H-m-s}_{Dns.GetHostName()}");
            }
        }
    }
}

namespace TorchSharp.Modules
{
    using TorchSharp.Tensorboard;

    /// <summary>Appends scalars and texts to TensorBoard event files.</summary>
    public class SummaryWriter
    {
        private static int lastFile;
        private readonly Dictionary<string, string> series = [];
        private readonly string file;

        internal SummaryWriter(string log_dir, string? filename_suffix)
        {
            LogDir = log_dir;
            file = Create(log_dir, string.IsNullOrEmpty(filename_suffix) ? "" : $".{filename_suffix}");
        }

        public string LogDir { get; }

        public void add_scalar(string tag, float scalar_value, int global_step, long? walltime = null) =>
            EventFile.Append(file, EventFile.Scalar(tag, scalar_value, global_step, Seconds(walltime)));

        /// <summary>Several curves of one chart; each goes to a folder "tag_curve" of its own.</summary>
        public void add_scalars(string main_tag, IDictionary<string, float> tag_scalar_dict, int global_step, long? walltime = null)
        {
            foreach (var (curve, value) in tag_scalar_dict) Add(main_tag, curve, value, global_step, walltime);
        }

        public void add_scalars(string main_tag, IList<(string, float)> tag_scalar_dict, int global_step, long? walltime = null)
        {
            foreach (var (curve, value) in tag_scalar_dict) Add(main_tag, curve, value, global_step, walltime);
        }

        public void add_text(string tag, string text_string, int global_step, long? walltime = null) =>
            EventFile.Append(file, EventFile.Text(tag, text_string, global_step, Seconds(walltime)));

        private void Add(string tag, string curve, float value, int step, long? walltime)
        {
            if (!series.TryGetValue(curve, out var path)) series[curve] = path = Create(Path.Combine(LogDir, $"{tag}_{curve}"), "");
            EventFile.Append(path, EventFile.Scalar(tag, value, step, Seconds(walltime)));
        }

        private static string Create(string folder, string suffix)
        {
            Directory.CreateDirectory(folder);
            var name = $"events.out.tfevents.{DateTime.Now.Ticks}.{Dns.GetHostName()}.{Environment.ProcessId}.{Interlocked.Increment(ref lastFile)}{suffix}";
            var path = Path.Combine(folder, name);
            EventFile.Append(path, EventFile.Start(Seconds(null)));
            return path;
        }

        private static long Seconds(long? walltime) => walltime ?? DateTimeOffset.Now.ToUnixTimeSeconds();
    }
}

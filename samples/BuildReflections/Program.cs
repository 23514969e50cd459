Console.WriteLine("BuildReflections");

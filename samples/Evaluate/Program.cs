Console.WriteLine("Evaluate");

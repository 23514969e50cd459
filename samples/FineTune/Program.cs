Console.WriteLine("FineTune");

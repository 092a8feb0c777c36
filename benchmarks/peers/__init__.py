"""ecsnet against the labelled inputs that other tools test their rules with."""

// Stands for the styles that Monaco imports: GraphiQL has them in its own.

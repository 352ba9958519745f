package main

// phrases are lines as programs of a language have them, one a line.
var phrases = map[string]string{
	"elixir": `defmodule Shop.Stock do
  use GenServer
  alias Shop.{Item, Order}
  def handle_call({:get, id}, _from, state) do
    {:reply, Map.get(state, id), state}
  defp valid?(%{id: id}) when is_integer(id), do: true
    |> Enum.map(fn item -> item.price * item.count end)
    |> Enum.reject(&is_nil/1)
    |> String.split(",", trim: true)
    case Repo.insert(changeset) do
      {:ok, order} -> {:ok, order}
      {:error, reason} -> Logger.error("failed: #{inspect(reason)}")
  @doc "Returns the total."
    IO.puts("done")
  end
end`,
	"julia": `using LinearAlgebra, Statistics
function norm2(x::Vector{Float64})
    return sqrt(sum(x .^ 2))
end
struct Point{T<:Real}
for i in 1:length(xs)
    push!(out, xs[i])
A = zeros(3, 3)
y = f.(x) .+ 1.0
println("value: $y")
mutable struct Node
xs = [x^2 for x in 1:10 if isodd(x)]
@time result = solve(A, b)`,
	"r": `library(dplyr)
data <- read.csv("sales.csv", header = TRUE)
summary(data$price)
result <- data %>%
  filter(year >= 2020) %>%
  group_by(region) %>%
  summarise(total = sum(amount, na.rm = TRUE))
fit <- lm(y ~ x1 + x2, data = data)
plot(x, y, main = "Sales", xlab = "Year")
add <- function(a, b = 2) {
for (i in seq_along(x)) {
x <- c(1, 2, 3)
ggplot(data, aes(x = year, y = total)) + geom_line()
if (is.null(x)) stop("no data")
print(paste("mean:", mean(x)))
args <- commandArgs(trailingOnly = TRUE)
n <- nrow(d)
m <- matrix(0, nrow = n, ncol = 4)
m[, 2] <- m[, 1] * 2
d[d$age > 30, ]
d$group <- factor(d$group, levels = c("a", "b"))
colnames(m) <- c("id", "weight")
names(out)[1] <- "first"
write.csv(out, file = "out.csv", row.names = FALSE)
pdf("figure.pdf", width = 7, height = 5)
dev.off()
par(mfrow = c(1, 2))
legend("topright", legend = levels(d$group), col = 1:3, lty = 1)
lines(density(d$height), lwd = 2)
barplot(table(d$kind), las = 2)
boxplot(weight ~ group, data = d)
t.test(before, after, paired = TRUE)
res <- sapply(split(d$x, d$g), median)
model <- glm(died ~ age + sex, family = binomial, data = train)
p <- predict(model, newdata = test, type = "response")
set.seed(42)
x <- rnorm(100, mean = 0, sd = 1)
out <- lapply(files, function(f) read.delim(f, sep = "\t"))
all <- do.call(rbind, out)
require(ggplot2)
install.packages("data.table")
s <- gsub("[^a-z]", "", tolower(s))
while (TRUE) {
repeat {
if (!file.exists(path)) {
} else if (length(x) == 0L) {
  return(NULL)
  invisible(x)
  x[[i]] <- y[i, j]
  warning("value is NA")
  is.na(x) & !is.nan(x)
  mutate(rate = n / sum(n)) |>
  arrange(desc(rate))
  tryCatch(f(x), error = function(e) NA)
setwd("~/project")
source("helpers.R")
rm(list = ls())
cat(sprintf("%d rows\n", nrow(d)))
str(d)
head(d, 3)
apply(m, 1, sum)
seq(0, 1, by = 0.1)
y <- ifelse(x > 0, "up", "down")
agg <- aggregate(cost ~ year, data = d, FUN = mean)
merged <- merge(a, b, by = "id", all.x = TRUE)`,
	"matlab": `function y = smooth(x, n)
x = linspace(0, 1, 100);
for i = 1:length(x)
    y(i) = sum(x(1:i)) / i;
end
plot(x, y, 'r--'); hold on;
fprintf('%d: %f\n', i, y(i));
A = zeros(3, 3);
B = A' * A + eye(3);
% normalise the rows
clear all; close all; clc;
z = x.^2 + y.^2;
disp(['n = ', num2str(n)]);
title('Result'); xlabel('t');
if isempty(x), return; end`,
	"typescript": `interface User { id: number; name?: string }
export type Handler = (event: Event) => Promise<void>;
const items: Array<Item> = [];
function first<T>(list: T[]): T | undefined {
  private readonly store: Map<string, User>;
  constructor(private http: HttpClient) {}
export class Cart implements Stock {
  async load(id: string): Promise<Order> {
import { Component, OnInit } from '@angular/core';
const [open, setOpen] = useState<boolean>(false);
let total: number = 0;
export enum Color { Red, Green }
  return value as unknown as string;
export const fetchAll = async (url: string): Promise<User[]> => {`,
	"csharp": `using System.Collections.Generic;
using System.Linq;
namespace Shop.Orders
public class OrderService : IOrderService
    public string Name { get; set; }
    private readonly ILogger<OrderService> _logger;
    public async Task<Order> GetAsync(int id)
        var order = await _context.Orders.FirstOrDefaultAsync(o => o.Id == id);
        if (order == null) throw new ArgumentNullException(nameof(order));
        foreach (var line in order.Lines)
            Console.WriteLine($"{line.Name}: {line.Price}");
        return items.Where(x => x.Active).Select(x => x.Id).ToList();
    [HttpGet("{id}")]
    public override bool Equals(object obj)
    internal static void Main(string[] args)
    protected virtual void OnChanged(EventArgs e)`,
	"dart": `import 'package:flutter/material.dart';
class HomePage extends StatefulWidget {
  const HomePage({Key? key, required this.title}) : super(key: key);
  @override
  Widget build(BuildContext context) {
    return Scaffold(body: Center(child: Text('hi')));
  final List<String> names = [];
  Future<void> load() async {
    final response = await http.get(Uri.parse(url));
    setState(() { _count++; });
void main() => runApp(MyApp());
  late final String id;
  Map<String, dynamic> toJson() => {'id': id};`,
	"groovy": `def call(Map config = [:]) {
pipeline {
    agent any
    stages {
        stage('Build') {
            steps {
                sh 'make test'
    implementation 'org.slf4j:slf4j-api:2.0.9'
task copyDocs(type: Copy) {
apply plugin: 'java'
list.each { println it }
def total = items.findAll { it.price > 10 }.sum { it.price }
    compileOnly "com.google.guava:guava:${guavaVersion}"
println "name: ${name}"`,
	"lua": `local M = {}
local json = require("json")
function M.new(name, size)
  local self = setmetatable({}, M)
  self.items = {}
  for i, v in ipairs(items) do
  for k, v in pairs(t) do
    if v == nil or v ~= 3 then
      table.insert(out, k .. "=" .. tostring(v))
    elseif type(v) == "table" then
    end
  return self
end
print(string.format("%d", #items))
-- the number of items`,
	"ocaml": `open Printf
let rec sum = function [] -> 0 | x :: rest -> x + sum rest
type tree = Leaf | Node of tree * int * tree
let () = printf "%d\n" (sum [1; 2; 3])
  match find key table with
  | Some v -> v
  | None -> raise Not_found
let map f xs = List.fold_left (fun acc x -> f x :: acc) [] xs
module Stack = struct
  let create () = ref []
end
  begin try int_of_string s with Failure _ -> 0 end`,
	"php": `<?php
namespace App\Models;
use Illuminate\Database\Eloquent\Model;
class Order extends Model
    public function items(): array
        return $this->hasMany(Item::class);
    foreach ($orders as $id => $order) {
        echo "<li>" . htmlspecialchars($order['name']) . "</li>";
    if (!isset($_POST['id']) || empty($name)) {
$stmt = $pdo->prepare('SELECT * FROM users WHERE id = ?');
$total = array_sum(array_column($rows, 'price'));
    private ?string $name = null;
require_once __DIR__ . '/vendor/autoload.php';`,
	"powershell": `param([string]$Path, [int]$Count = 10)
Get-ChildItem -Path $Path -Recurse | Where-Object { $_.Length -gt 1MB }
$users = Import-Csv -Path "users.csv"
foreach ($user in $users) {
    Write-Host "User: $($user.Name)" -ForegroundColor Green
if (-not (Test-Path $file)) { New-Item -ItemType File -Path $file | Out-Null }
function Get-Total { [CmdletBinding()] param($Items)
$ErrorActionPreference = 'Stop'
    Select-Object -First 5 -ExpandProperty Name
try { Invoke-RestMethod -Uri $uri -Method Post } catch { Write-Error $_ }`,
	"haskell": `module Main (main) where
import qualified Data.Map as M
import Control.Monad (forM_, when, unless)
data Shape = Circle Double | Square Double deriving (Show, Eq)
newtype Parser a = Parser { runParser :: String -> Maybe (a, String) }
area :: Shape -> Double
area (Circle r) = pi * r ^ 2
instance Functor Tree where
  fmap f (Node l x r) = Node (fmap f l) (f x) (fmap f r)
main :: IO ()
main = do
  n <- readLn :: IO Int
  mapM_ print $ filter even [1 .. n]
  let total = foldr (+) 0 xs
  where go acc (y:ys) = go (acc + y) ys
        go acc []     = acc
  | x < 0     = Left "negative"
  | otherwise = Right (sqrt x)
find k ((k', v) : rest)
  case lookup key env of
    Just v -> return v
    Nothing -> fail ("unbound " ++ key)
pairs = [(a, b) | a <- [1 ..], b <- [1 .. a], a /= b]
type Env = [(String, Int)]
class Monoid' a where
  mempty' :: a
  if null xs then [] else tail xs
compose = (.) . (.)
{-# LANGUAGE OverloadedStrings #-}
  putStrLn ("total: " ++ show total)`,
	"kotlin": `package com.example.shop
import kotlinx.coroutines.flow.Flow
data class Order(val id: Long, val lines: List<Line> = emptyList())
class OrderService(private val repo: OrderRepository) : Service {
    override fun onCreate(savedInstanceState: Bundle?) {
    suspend fun load(id: Long): Order? = withContext(Dispatchers.IO) {
    val total = lines.sumOf { it.price * it.count }
    var name: String? = null
    lateinit var adapter: ListAdapter
    private val cache = mutableMapOf<Long, Order>()
    return when (state) {
        is Loading -> null
        else -> throw IllegalStateException("no order")
    companion object {
        const val TAG = "Orders"
    for ((key, value) in map) {
    if (user == null || user.name.isBlank()) return
    println("Hello, $name: ${items.size}")
    items.filter { it.active }.map { it.id }.forEach { println(it) }
    val x = y ?: return
    user?.let { show(it) }
object Registry {
sealed class Result<out T> {
fun main(args: Array<String>) {
fun String.shout() = uppercase() + "!"
    by lazy { compute() }
    init {
        require(size > 0) { "size must be positive" }
    get() = field
    assertEquals(3, stack.size)`,
	"perl": `#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
my ($self, %args) = @_;
my @lines = <$fh>;
my %seen;
open(my $fh, '<', $file) or die "cannot open $file: $!";
while (my $line = <STDIN>) {
    chomp $line;
    next unless $line =~ /^(\w+)\s*=\s*(.*)$/;
    $config{$1} = $2;
    push @{ $out{$key} }, $value;
foreach my $name (sort keys %seen) {
    printf "%-10s %d\n", $name, $seen{$name};
sub new {
    my $class = shift;
    return bless { name => 'x', size => 1, @_ }, $class;
    { id => 3, name => 'Anna', active => 0 },
    [ 'first', 'second', @rest ],
s/\s+$//g;
my @fields = split /,/, $line;
if (defined $x and ref($x) eq 'HASH') {
print STDERR "done\n" if $verbose;
local $_ = $text;
my $count = scalar @list;
return wantarray ? @r : $r[0];
1;
__END__
is_deeply($got, { a => 1 }, 'same');
=head1 NAME
$h->{items}[0]{name} .= "x";
die "usage: $0 file\n" unless @ARGV;`,
	"scala": `package shop.orders
import scala.collection.mutable
import scala.concurrent.{ExecutionContext, Future}
case class Order(id: Long, lines: Seq[Line] = Nil)
object Main extends App {
trait Store[F[_]] {
  def find(id: Long): F[Option[Order]]
class Cart(items: Map[String, Int]) extends Serializable with Logging {
  val total = items.values.sum
  var count = 0
  lazy val config = load()
  private def sum(xs: List[Int]): Int = xs match {
    case Nil => 0
    case x :: rest => x + sum(rest)
  for (i <- 0 until n) println(i)
  for { a <- fa; b <- fb } yield a + b
  xs.foldLeft(0)(_ + _)
  implicit val ec: ExecutionContext = ExecutionContext.global
  override def toString = s"Order($id)"
  if (x == y) left else right
  def draw(c: Color) {
libraryDependencies += "org.example" %% "core" % "1.2.3"
scalaVersion := "2.13.12"
  Array(1, 2, 3).map(x => x * 2).filter(_ > 2)
  case (k, v) if v > 0 => k -> v
  sealed abstract class Tree[+A]
  val f: Int => Int = _ + 1
  assert(result === Right(3))`,
}

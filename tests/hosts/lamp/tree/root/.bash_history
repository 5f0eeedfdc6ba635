ls
mysql -uroot -p5ecr3t-root
exit
